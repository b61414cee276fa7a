import { createAgentClient } from '@agentstream/client'
import type { AgentEvent } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import type { Agent, RunContext } from '../agents/agent.ts'
import type { HandlerMetric } from '../runs/metric.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

const agentOf = (run: (context: RunContext) => AsyncIterable<AgentEvent>): Agent => ({
  name: 'helper',
  info: { name: 'helper', tools: [], supportsStreaming: true },
  run: (_, context) => run(context),
})
const brief = agentOf(async function* () {
  yield { type: 'token', content: 'a secret answer' }
  yield { type: 'usage', input_tokens: 5, output_tokens: 2 }
  yield { type: 'usage', input_tokens: 7, output_tokens: 1 }
  yield { type: 'completed', success: true }
})
const waiting = agentOf(async function* ({ signal }) {
  yield { type: 'token', content: 'a' }
  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
})

function serve({ agent, ...options }: Partial<AgentHandlerOptions> & { readonly agent: Agent }) {
  const metrics: HandlerMetric[] = []
  const handler = createAgentHandler({
    agents: { helper: agent },
    authorize: () => 'ann',
    onMetric: (metric) => metrics.push(metric),
    onDisconnect: 'continue',
    ...options,
  })
  const call = (method: string, path: string, body?: unknown) =>
    handler(new Request(`http://host${path}`, { method, headers: { 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) }))
  const start = (runId = 'r') => call('POST', '/agents/helper/runs', { run_id: runId, task: { description: 'a secret question' } })
  return { metrics, call, start }
}

const ms = expect.any(Number)

test('a run is told from its start to its end, with its tokens and its viewers, and without what was said or who said it', async () => {
  const { metrics, start, call } = serve({ agent: brief })
  await (await start()).text()
  await (await call('GET', '/runs/r/events')).text()
  const about = { runId: 'r', agent: 'helper' }
  expect(metrics.filter(({ type }) => !type.startsWith('viewer'))).toEqual([
    { type: 'run_started', ...about },
    { type: 'first_event', ...about, ms },
    { type: 'run_ended', ...about, outcome: 'completed', ms, events: 4, inputTokens: 12, outputTokens: 3 },
  ])
  expect(metrics.filter(({ type }) => type.startsWith('viewer'))).toEqual([
    { type: 'viewer_joined', runId: 'r' },
    { type: 'viewer_left', runId: 'r', ms },
    { type: 'viewer_joined', runId: 'r' },
    { type: 'viewer_left', runId: 'r', ms },
  ])
  expect(JSON.stringify(metrics)).not.toMatch(/secret|ann/)
})

test('cancelling tells how long it took, and what is too much is told as refused', async () => {
  const { metrics, start, call } = serve({ agent: waiting, limits: { runs: 1, viewers: 1 } })
  const open = await start()
  await start('other')
  await open.body?.cancel()
  await start('other')
  await call('DELETE', '/runs/r')
  await call('DELETE', '/runs/r')
  expect(metrics.filter(({ type }) => type === 'cancel' || type === 'refused' || type === 'run_ended')).toEqual([
    { type: 'refused', runId: 'other', reason: 'too_many_viewers' },
    { type: 'refused', runId: 'other', reason: 'too_many_runs' },
    { type: 'run_ended', runId: 'r', agent: 'helper', outcome: 'cancelled', ms, events: 1 },
    { type: 'cancel', runId: 'r', outcome: 'cancelled', ms },
    { type: 'cancel', runId: 'r', outcome: 'already_finished', ms },
  ])
})

test('a hook that throws changes nothing', async () => {
  const silent = serve({ agent: brief })
  const loud = serve({
    agent: brief,
    onMetric() {
      throw new TypeError('no metrics today')
    },
  })
  const text = async ({ start }: typeof silent) =>
    (await (await start()).text()).replace(/[A-Za-z0-9]+-(\d)/g, 'e-$1').replace(/"(timestamp|digest|cursor)":"[^"]*"/g, '')
  expect(await text(loud)).toBe(await text(silent))
})

test('every answer says how long the server took for it', async () => {
  const { start, call } = serve({ agent: brief })
  const both = /^authorize;dur=\d+\.\d, answer;dur=\d+\.\d$/
  const stream = await start()
  expect(stream.headers.get('server-timing')).toMatch(both)
  await stream.text()
  for (const path of ['/runs/r', '/runs/x', '/agents/helper', '/nowhere']) expect((await call('GET', path)).headers.get('server-timing')).toMatch(both)
  const open = createAgentHandler({ agents: { helper: brief } })
  expect((await open(new Request('http://host/agents/helper'))).headers.get('server-timing')).toMatch(/^answer;dur=\d+\.\d$/)
})

test('N13 S27 a proxy that collects our stream before it passes it on is noticed by our client, and one that passes it on is not', async () => {
  const slow = agentOf(async function* () {
    yield { type: 'started', timestamp: '2026-01-01T00:00:00.000Z' }
    yield { type: 'token', content: 'a', timestamp: '2026-01-01T00:00:05.000Z' }
    yield { type: 'completed', success: true, timestamp: '2026-01-01T00:00:06.000Z' }
  })
  const handler = createAgentHandler({ agents: { helper: slow } })
  const through = (pass: (response: Response) => Promise<Response>) =>
    createAgentClient({ url: 'http://host', fetch: async (input, init) => pass(await handler(new Request(input, init))) })
  const shown = async (client: ReturnType<typeof through>): Promise<unknown> => (await client.run('go').result()).state.connection.isBuffered
  const collect = async (response: Response): Promise<Response> => new Response(await response.text(), response)
  const onePerChunk = async (response: Response): Promise<Response> => {
    const frames = (await response.text()).split(/(?<=\n\n)/)
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve))
        const next = frames.shift()
        if (next === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(next))
      },
    })
    return new Response(body, response)
  }
  expect([await shown(through(collect)), await shown(through(onePerChunk))]).toEqual([true, undefined])
})
