import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type AgentEvent, createAgentClient, immediately, selectText } from './index.ts'
import { scriptedFetch } from './testing.ts'
import { a2a, a2aV1, agentorChat, aiecs, aiecsRecovery, autoProtocol, type Protocol } from './wire.ts'

// What the systems themselves sent, recorded by `npm run interop -- --record`, so that it is kept where they are not at hand.

interface About {
  readonly upstream: string
  readonly protocol: keyof typeof protocols
  readonly contentType: string
  readonly isCut: boolean
  readonly status: string
  readonly text: string
}

const protocols = { a2a, a2aV1, agentorChat, aiecs, aiecsRecovery }
const conformance = new URL('../conformance/', import.meta.url)
const names = ['a2a', 'agentor', 'aiecs'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/interop/`, conformance))
    .filter((name) => name.endsWith('.body'))
    .map((name) => `${folder}/interop/${name.slice(0, -5)}`),
)

function transcript(name: string) {
  const [about, ...events] = readFileSync(new URL(`${name}.expect.jsonl`, conformance), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line)) as [About, ...AgentEvent[]]
  return { about, events, body: readFileSync(new URL(`${name}.body`, conformance)) }
}

function* cut(body: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size)
}

test('there are 7 of Agentor’s /chat, 3 of its A2A, 4 of each version of A2A’s Python kit and 6 of AIECS', () => expect(names).toHaveLength(24))

describe.each(names)('%s', (name) => {
  const { about, events, body } = transcript(name)

  async function readAs(protocol: Protocol, size: number) {
    const pieces = [...cut(body, size), ...(about.isCut ? [new TypeError('terminated')] : [])]
    const { fetch } = scriptedFetch({ headers: { 'content-type': about.contentType }, body: pieces })
    const seen: AgentEvent[] = []
    const run = createAgentClient({ url: '/api', fetch, protocol, retry: false }).run('x', { schedule: immediately, onEvent: (event) => seen.push(event) })
    await run.result().catch(() => {})
    const state = run.getSnapshot()
    return [seen, state.status, selectText(state)]
  }
  const asRecorded = [events, about.status, about.text]

  test.each([1, 7, body.length])(`of ${about.upstream} is read as it was from the network, in pieces of %i bytes`, async (size) =>
    expect(await readAs(protocols[about.protocol], size)).toEqual(asRecorded),
  )
  // That several attempts are one run has to be told.
  if (about.protocol !== 'aiecsRecovery')
    test('and by a client that was not told whose it is', async () => expect(await readAs(autoProtocol(), 7)).toEqual(asRecorded))
})
