import { createAgentClient } from '@agentstream/client'
import { type Framing, ndjson, sse } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { createAgentHandler, createLLMAgent } from '../index.ts'
import { scriptedProvider } from '../testing.ts'

const words = Array.from({ length: 1_000 }, (_, at) => `word ${at} of `)

/** The server, in one framing, over connections of which the first breaks after so many events. Counts the bytes of each. */
function serverOf(framing: Framing, cutAfter: number) {
  const agents = { writer: createLLMAgent({ name: 'writer', provider: scriptedProvider(() => words) }) }
  const handle = createAgentHandler({ agents })
  const served: number[] = []
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers)
    headers.set('accept', framing.contentType)
    const response = await handle(new Request(input, { ...init, headers }))
    const bytes = new Uint8Array(await response.arrayBuffer())
    const isFirst = served.length === 0
    const sent = isFirst ? bytes.subarray(0, lengthUpTo(bytes, framing, cutAfter)) : bytes
    served.push(sent.length)
    const parts = [sent][Symbol.iterator]()
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const { value } = parts.next()
        if (value) controller.enqueue(value)
        else if (isFirst) controller.error(new TypeError('terminated'))
        else controller.close()
      },
    })
    return new Response(body, response)
  }
  return { client: createAgentClient({ url: 'http://agents.test', fetch, retry: { baseMs: 0, maxMs: 0 } }), served }
}

/** How long the beginning is that holds so many events. */
function lengthUpTo(bytes: Uint8Array, framing: Framing, events: number): number {
  const decoder = framing.decoder()
  let seen = 0
  let at = 0
  while (seen < events && at < bytes.length) seen += decoder.push(bytes.subarray(at, ++at)).filter(({ id }) => id !== undefined).length
  return at
}

const cuts = [1, 137, 500, 900, 999].flatMap((at) => [sse, ndjson].map((framing) => [at, framing.name, framing] as const))

test.each(cuts)('N2: a run that is cut at event %i brings, by %s, the rest of its bytes and hardly more', async (at, _, framing) => {
  const uncut = serverOf(framing, Number.POSITIVE_INFINITY)
  const whole = (await uncut.client.run('x', { agent: 'writer' }).result()).state
  const cut = serverOf(framing, at)
  const { state } = await cut.client.run('x', { agent: 'writer' }).result()
  expect(state).toMatchObject({ status: 'completed', integrity: 'verified', counts: whole.counts, output: whole.output })
  expect(cut.served).toHaveLength(2)
  const [all = 0] = uncut.served
  const [before = 0, rest = 0] = cut.served
  expect(rest).toBeGreaterThan(0)
  // In bytes: the last event has the whole text once more.
  expect(rest).toBeLessThanOrEqual((all - before) * 1.02)
})
