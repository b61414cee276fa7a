import { expect, test } from 'vitest'
import { createAgentClient } from './client.ts'
import type { ClientMetric } from './measure.ts'

const at = (second: number, event: object): string => JSON.stringify({ ...event, timestamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z` })
const frame = (seq: number, data: string): string => `id: e-${seq}\ndata: ${data}\n\n`
const end = `event: end\ndata: {"outcome":"completed"}\n\n`
const hello = [
  frame(1, at(0, { type: 'started' })),
  frame(2, at(1, { type: 'token', content: 'a secret' })),
  frame(3, at(1, { type: 'completed', success: true })),
]
const ms = expect.any(Number)

/** A server that gives each connection the next of these bodies, chunk by chunk; a body that ends with null breaks off. */
function serve(bodies: readonly (readonly (string | null)[])[], hooks: { onMetric?: (metric: ClientMetric) => void } = {}) {
  const metrics: ClientMetric[] = []
  const errors: unknown[] = []
  const left = [...bodies]
  const fetch = async (_input: unknown, init?: RequestInit): Promise<Response> => {
    if (init?.method === 'DELETE') return Response.json({ outcome: 'cancelled' })
    const chunks = [...(left.shift() ?? [])]
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        // A turn of its own for each, so that none is read together with the next.
        await new Promise((resolve) => setImmediate(resolve))
        const chunk = chunks.shift()
        if (chunk === undefined) controller.close()
        else if (chunk === null) controller.error(new TypeError('reset'))
        else controller.enqueue(new TextEncoder().encode(chunk))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'agentstream-run-id': 'r' } })
  }
  const client = createAgentClient({
    url: 'http://host',
    fetch,
    retry: { baseMs: 0, maxMs: 0 },
    onMetric: (metric) => metrics.push(metric),
    onError: (error, runId) => errors.push([error.code, runId]),
    ...hooks,
  })
  return { client, metrics, errors }
}

test('a run is told from its start to its end, and nothing of what was said', async () => {
  const { client, metrics, errors } = serve([[...hello, end]])
  await client.run('go', { runId: 'r' }).result()
  expect([metrics, errors]).toEqual([
    [
      { type: 'run_started', runId: 'r' },
      { type: 'first_event', runId: 'r', ms },
      { type: 'run_ended', runId: 'r', outcome: 'completed', integrity: 'unverified', ms, events: 3 },
    ],
    [],
  ])
  expect(JSON.stringify(metrics)).not.toContain('secret')
})

test('a lost connection and missing events are told, and that the run went on', async () => {
  const [first = '', second = '', third = ''] = hello
  const { client, metrics, errors } = serve([
    [first, null],
    [third, end],
    [second, third, end],
  ])
  await client.run('go', { runId: 'r' }).result()
  expect(metrics.filter(({ type }) => type === 'reconnect' || type === 'gap')).toEqual([
    { type: 'reconnect', runId: 'r', attempt: 2, reason: 'interrupted' },
    { type: 'gap', runId: 'r' },
    { type: 'reconnect', runId: 'r', attempt: 3, reason: 'interrupted' },
  ])
  expect([metrics.at(-1), errors]).toMatchObject([{ type: 'run_ended', outcome: 'completed', events: 3 }, []])
})

test('stopping tells how long it took, and what broke a stream for good is told once', async () => {
  const { client, metrics, errors } = serve([[null], [null], [null], [null], [null], [null], [null], [null], [null]])
  await client
    .run('go', { runId: 'r' })
    .result()
    .catch(() => {})
  await client.cancel('r')
  expect([metrics.at(-2), metrics.at(-1), errors]).toMatchObject([
    { type: 'run_ended', outcome: 'truncated' },
    { type: 'cancel', runId: 'r', outcome: 'cancelled' },
    [['interrupted', 'r']],
  ])
})

test('hooks that throw change nothing', async () => {
  const broken = () => {
    throw new TypeError('no metrics today')
  }
  const { client } = serve([[...hello, end]], { onMetric: broken })
  expect((await client.run('go').result()).text).toBe('a secret')
  for await (const _ of serve([[...hello, end]], { onMetric: broken }).client.stream('go'));
})

test('N13 a proxy that holds events back is said: they came together, and had happened seconds apart', async () => {
  const slow = [frame(1, at(0, { type: 'started' })), frame(2, at(4, { type: 'token', content: 'a' })), frame(3, at(9, { type: 'completed', success: true }))]
  const held = serve([[slow.join('') + end]])
  const run = held.client.run('go', { runId: 'r' })
  await run.result()
  expect([run.getSnapshot().connection.isBuffered, held.metrics.find(({ type }) => type === 'buffered')]).toEqual([
    true,
    { type: 'buffered', runId: 'r', ms: 9000 },
  ])

  for (const [name, { client, metrics }] of Object.entries({
    'sent as they happened': serve([[...slow, end]]),
    'fast enough': serve([[hello.join('') + end]]),
    'the rest after a loss': serve([[slow[0] ?? '', null], [slow.slice(1).join('') + end]]),
    'without times': serve([[frame(1, '{"type":"started"}') + frame(2, '{"type":"completed","success":true}') + end]]),
  })) {
    const quick = client.run('go', { runId: 'r' })
    await quick.result()
    expect([name, quick.getSnapshot().connection.isBuffered, metrics.some(({ type }) => type === 'buffered')]).toEqual([name, undefined, false])
  }
  // What is followed was there before.
  const followed = serve([[slow.join('') + end]]).client.attach('r')
  await followed.result()
  expect(followed.getSnapshot().connection.isBuffered).toBe(undefined)
})
