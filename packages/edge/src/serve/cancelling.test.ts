import { type AgentRun, createAgentClient, immediately, inProcessTransport, selectDawpRuns, selectToolCalls } from '@agentstream/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { documentOf } from '../../test/dawp-play.ts'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { dawp } from '../dawp/dawp-plugin.ts'
import { type ScriptedTurn, scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool } from '../tools/tool.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

const rejections: unknown[] = []
const keep = (reason: unknown): void => void rejections.push(reason)
beforeEach(() => void process.on('unhandledRejection', keep))
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', keep)
  expect(rejections.splice(0)).toEqual([])
})

type Handler = (request: Request) => Promise<Response>
const call = (tool: string): ScriptedTurn => [{ tool, id: 'c1', arguments: {} }]
const stalls: ScriptedTurn = ['tick', { stall: true }]

/** A real server and real clients without a network; `between` is what stands between them. */
function serve(turns: readonly ScriptedTurn[], { between, ...options }: Partial<AgentHandlerOptions> & { between?: (handler: Handler) => Handler } = {}) {
  const aborted: string[] = []
  const never = defineTool({
    name: 'never',
    description: 'Never answers.',
    parameters: z.object({}),
    execute: (_, { signal, toolCallId }) => new Promise(() => signal.addEventListener('abort', () => aborted.push(toolCallId))),
  })
  const now = defineTool({ name: 'now', description: 'Answers at once.', parameters: z.object({}), execute: () => 'noon' })
  const pay = defineTool({ name: 'pay', description: 'Pays.', parameters: z.object({}), needsApproval: true, execute: () => 'paid' })
  const provider = scriptedProvider(turns)
  const led = [dawp({ document: documentOf(), streamBoundaryEvents: true })]
  const handler = createAgentHandler({
    agents: {
      helper: createHybridAgent({ name: 'helper', provider, tools: [never, now, pay] }),
      led: createHybridAgent({ name: 'led', provider, tools: [never], plugins: led }),
    },
    disconnectGraceMs: 60_000,
    authorize: (request) => request.headers.get('x-user') ?? 'ada',
    ...options,
  })
  const clientOf = (user = 'ada', retryMs = 60_000) =>
    createAgentClient({
      url: 'http://host',
      transport: inProcessTransport(between ? between(handler) : handler),
      headers: { 'x-user': user },
      retry: { baseMs: retryMs, maxMs: retryMs },
    })
  return { handler, provider, aborted, clientOf, client: clientOf() }
}

/** Resolves when the run shows it. */
const shows = (run: AgentRun, isShown: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!isShown()) return
      stop()
      resolve()
    }
    const stop = run.subscribe(look)
    look()
  })

describe('stopping a part of a run', () => {
  test('one tool call ends as a failure that says so, the calls beside it and the run go on', async () => {
    const both: ScriptedTurn = [
      { tool: 'never', id: 'c1', arguments: {} },
      { tool: 'now', id: 'c2', arguments: {} },
    ]
    const { client, provider, aborted } = serve([both, ['Well then.']])
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => selectToolCalls(run.getSnapshot()).some(({ status }) => status === 'done'))
    expect(await client.cancel(run.id, { scope: 'c9' })).toEqual({ outcome: 'unknown_run' })
    expect(await client.cancel(run.id, { scope: 'c2' })).toEqual({ outcome: 'already_finished' })
    expect(await run.cancel({ scope: 'c1', reason: 'too slow' })).toEqual({ outcome: 'cancelled' })
    const { status, text, state } = await run.result()
    expect([status, text, state.integrity]).toEqual(['completed', 'Well then.', 'verified'])
    expect(selectToolCalls(state).map(({ toolName, status, error }) => [toolName, status, error])).toEqual([
      ['never', 'failed', '"never" was cancelled by the user: too slow'],
      ['now', 'done', undefined],
    ])
    expect(aborted).toEqual(['c1'])
    expect(provider.calls[1]?.request.messages.at(-2)).toMatchObject({ toolCallId: 'c1', text: 'Error: "never" was cancelled by the user: too slow' })
    expect(await run.cancel({ scope: 'c1' })).toEqual({ outcome: 'already_finished' })
  })

  test('a call that waits for approval is not waited for any more', async () => {
    const { client } = serve([call('pay'), ['Well then.']])
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().status === 'waiting')
    expect(await run.cancel({ scope: 'c1' })).toEqual({ outcome: 'cancelled' })
    const { status, state } = await run.result()
    expect([status, selectToolCalls(state)[0]?.status]).toEqual(['completed', 'failed'])
  })

  test('a tool that is stopped often is still offered: it did not fail', async () => {
    const { client, provider } = serve([...Array.from({ length: 4 }, () => call('never')), ['Well then.']])
    const run = client.run('x', { schedule: immediately })
    for (let stopped = 0; stopped < 4; stopped++) {
      await shows(run, () => selectToolCalls(run.getSnapshot()).length > stopped && selectToolCalls(run.getSnapshot())[stopped]?.status === 'running')
      const id = selectToolCalls(run.getSnapshot())[stopped]?.callId ?? ''
      expect(await run.cancel({ scope: id })).toEqual({ outcome: 'cancelled' })
    }
    expect((await run.result()).status).toBe('completed')
    expect(provider.calls.at(-1)?.request.tools?.map(({ name }) => name)).toContain('never')
  })

  test('a DAWP run closes without success, and the main loop is told and goes on', async () => {
    const { client, provider, aborted } = serve([call('never'), ['Without it, then.']])
    const run = client.run('x', { agent: 'led', schedule: immediately })
    await shows(run, () => selectToolCalls(run.getSnapshot()).some(({ status }) => status === 'running'))
    const id = selectDawpRuns(run.getSnapshot())[0]?.runId ?? ''
    expect(await run.cancel({ scope: id, reason: 'not now' })).toEqual({ outcome: 'cancelled' })
    const { status, text, state } = await run.result()
    expect([status, text]).toEqual(['completed', 'Without it, then.'])
    const [panel] = selectDawpRuns(state)
    expect([panel?.open, panel?.success, panel?.steps.map((step) => step.status)]).toEqual([false, false, ['failed']])
    expect(aborted).toEqual(['c1'])
    const told = JSON.stringify(provider.calls.at(-1)?.request.messages.at(-1))
    expect(told).toContain('Reason: it was cancelled by the user: not now.')
    expect(await client.cancel(run.id, { scope: id })).toEqual({ outcome: 'already_finished' })
  })

  test('the reason of stopping all of it is told to everyone who follows', async () => {
    const { client } = serve([stalls])
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    const events: unknown[] = []
    const viewer = client.attach(run.id, { onEvent: (event) => event.type === 'cancelled' && events.push(event) })
    await shows(viewer, () => viewer.getSnapshot().counts.tokens > 0)
    expect(await run.cancel({ reason: 'changed my mind' })).toEqual({ outcome: 'cancelled' })
    expect((await viewer.result()).status).toBe('cancelled')
    expect(events).toMatchObject([{ by: 'user', reason: 'changed my mind' }])
  })

  test('what is no scope and no reason is refused, and stops nothing', async () => {
    const { client, handler } = serve([stalls])
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    for (const query of ['scope=', `scope=${'s'.repeat(257)}`, `reason=${'r'.repeat(2001)}`])
      expect((await handler(new Request(`http://host/runs/${run.id}?${query}`, { method: 'DELETE' }))).status).toBe(400)
    expect(run.getSnapshot().status).toBe('streaming')
    await run.cancel()
  })
})

/** Holds the end of every chunk back until the next one comes, so that the client always has half a frame. */
const halfFrames = (response: Response): Response => {
  let held = new Uint8Array()
  const cut = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      const all = new Uint8Array([...held, ...chunk])
      held = all.slice(-5)
      controller.enqueue(all.slice(0, -5))
    },
    flush: (controller) => controller.enqueue(held),
  })
  return new Response(response.body?.pipeThrough(cut), response)
}
const cutBody = (response: Response): Response => {
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk)
      if (new TextDecoder().decode(chunk).includes('tick')) controller.terminate()
    },
  })
  return new Response(response.body?.pipeThrough(cut), response)
}
/** Nothing, until the request is aborted. */
const nothing = ({ signal }: Request): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
const has = (run: AgentRun, type: 'events' | 'tokens' | 'retrying' | 'connecting' | 'waiting' | 'tool'): Promise<void> =>
  shows(run, () => {
    const { counts, connection, status, main } = run.getSnapshot()
    if (type === 'events' || type === 'tokens') return counts[type] > 0
    if (type === 'tool') return main.parts.some((part) => part.kind === 'tool' && part.status === 'running')
    return type === 'waiting' ? status === 'waiting' : connection.phase === type && connection.losses > 0
  })

interface Scenario {
  readonly turns?: readonly ScriptedTurn[]
  readonly between?: (handler: Handler) => Handler
  readonly until?: (run: AgentRun) => Promise<unknown>
  readonly retry?: number
  readonly receipt: string
  readonly state: string
}
const scenarios: Readonly<Record<string, Scenario>> = {
  'before the headers': {
    between: (handler) => (request) => (request.method === 'POST' ? nothing(request) : handler(request)),
    until: () => Promise.resolve(),
    receipt: 'unknown_run',
    state: 'cancelled',
  },
  'in the middle of a frame': {
    between: (handler) => async (request) => (request.method === 'POST' ? halfFrames(await handler(request)) : handler(request)),
    until: (run) => has(run, 'events'),
    receipt: 'cancelled',
    state: 'cancelled',
  },
  'during a tool': { turns: [call('never')], until: (run) => has(run, 'tool'), receipt: 'cancelled', state: 'cancelled' },
  'while it waits for another attempt': {
    between: (handler) => async (request) => (request.method === 'POST' ? cutBody(await handler(request)) : handler(request)),
    until: (run) => has(run, 'retrying'),
    receipt: 'cancelled',
    state: 'cancelled',
  },
  'while it waits for approval': { turns: [call('pay')], until: (run) => has(run, 'waiting'), receipt: 'cancelled', state: 'cancelled' },
  'while it resumes': {
    between: (handler) => async (request) => {
      if (request.method === 'POST') return cutBody(await handler(request))
      return request.method === 'GET' ? nothing(request) : handler(request)
    },
    until: (run) => has(run, 'connecting'),
    retry: 0,
    receipt: 'cancelled',
    state: 'cancelled',
  },
  'after the end': { turns: [['Done.']], until: (run) => run.result(), receipt: 'already_finished', state: 'completed' },
  'without a network': {
    between: (handler) => (request) => (request.method === 'DELETE' ? Promise.reject(new TypeError('fetch failed')) : handler(request)),
    receipt: 'unreachable',
    state: 'cancelled',
  },
}

describe('every way to stop a run has its receipt and its end', () => {
  test.each(Object.entries(scenarios))(
    'L20 no rejection is left unhandled when it is stopped %s',
    async (_, { turns = [stalls], between, until, retry, receipt, state }) => {
      const { clientOf, handler } = serve(turns, between ? { between } : {})
      const run = clientOf('ada', retry).run('x', { schedule: immediately })
      await (until?.(run) ?? has(run, 'tokens'))
      const [first, second] = await Promise.all([run.cancel(), run.cancel()])
      expect([first, second, await run.cancel()]).toEqual([{ outcome: receipt }, { outcome: receipt }, { outcome: receipt }])
      expect((await run.result()).status).toBe(state)
      expect(run.error).toBeUndefined()
      // Another client stops what the first one could not reach, so that nothing is left at work.
      const direct = createAgentClient({ url: 'http://host', transport: inProcessTransport(handler) })
      expect(await direct.cancel(run.id)).toEqual({ outcome: { unknown_run: 'unknown_run', unreachable: 'cancelled' }[receipt] ?? 'already_finished' })
    },
  )

  test('L20 nor by stopping what nobody knows, or what is somebody else’s: both look the same', async () => {
    const { client, clientOf } = serve([stalls])
    const run = client.run('x', { schedule: immediately })
    await has(run, 'tokens')
    expect(await client.cancel('nobody-knows-it')).toEqual({ outcome: 'unknown_run' })
    expect(await clientOf('eve').cancel(run.id)).toEqual({ outcome: 'unknown_run' })
    expect(await clientOf('eve').cancel(run.id, { scope: 'c1' })).toEqual({ outcome: 'unknown_run' })
    expect(run.getSnapshot().status).toBe('streaming')
    expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
  })
})
