/** One contract for everything that carries frames: our client's three transports, against our handler. */
import {
  createAgentClient,
  fetchTransport,
  HttpError,
  inProcessTransport,
  LimitError,
  socketTransport,
  type Transport,
  type TransportRequest,
} from '@agentstream/client'
import type { AgentEvent, Frame } from '@agentstream/client/wire'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startServer } from '../../test/node-server.ts'
import type { Agent, RunContext } from '../agents/agent.ts'
import { createAgentHandler } from './handler.ts'

type Handler = ReturnType<typeof createAgentHandler>

interface Place {
  readonly url: string
  readonly transport: Transport
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(handler: Handler): Promise<string> {
  const { url, close } = await startServer(handler)
  closers.push(close)
  return `${url}/api`
}

const ways: [string, (handler: Handler) => Promise<Place>][] = [
  ['fetch', async (handler) => ({ url: await listen(handler), transport: fetchTransport() })],
  ['a socket', async (handler) => ({ url: await listen(handler), transport: socketTransport({ WebSocket }) })],
  ['no network', async (handler) => ({ url: '/api', transport: inProcessTransport((request) => handler(request)) })],
]

describe.each(ways)('over %s', (_, connect) => {
  const limits = { eventBytes: 10_000, runBytes: 100_000 }
  const headers = async (): Promise<Headers> => new Headers({ authorization: 'Bearer ada' })
  const stopped = { count: 0 }

  /** Agents that answer, go on until they are stopped, or say a lot; and one that takes its time to begin with. */
  async function place(): Promise<
    Place & { start(agent: string, more?: Partial<TransportRequest>): TransportRequest; follow(after?: string): TransportRequest }
  > {
    stopped.count = 0
    async function* endless({ signal }: RunContext): AsyncIterable<AgentEvent> {
      yield { type: 'token', content: 'a' }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      stopped.count++
    }
    async function* brief(): AsyncIterable<AgentEvent> {
      yield { type: 'token', content: 'a' }
      yield { type: 'token', content: 'b' }
      yield { type: 'completed', success: true, execution_time: 0 }
    }
    async function* loud(): AsyncIterable<AgentEvent> {
      yield { type: 'token', content: 'a' }
      for (let n = 0; n < 20; n++) yield { type: 'token', content: 'x'.repeat(9_000) }
    }
    const agent = (name: string, run: Agent['run']): Agent => ({ name, info: { name, tools: [], supportsStreaming: true }, run })
    const handler = createAgentHandler({
      agents: { brief: agent('brief', brief), endless: agent('endless', (_task, context) => endless(context)), loud: agent('loud', loud) },
      basePath: '/api',
      disconnectGraceMs: 0,
      authorize: async (request) => {
        // Long enough for whoever leaves before an answer.
        if (request.headers.has('x-slow')) await new Promise(() => {})
        return request.headers.get('authorization') === 'Bearer ada' ? 'ada' : new Response('who?', { status: 401 })
      },
      sockets: { headers: ['authorization', 'x-slow'] },
    })
    const { url, transport } = await connect(handler)
    return {
      url,
      transport,
      start: (name, more = {}) => ({
        method: 'POST',
        url: `${url}/agents/${name}/runs`,
        headers,
        limits,
        body: { run_id: 'r', task: { description: 'go' } },
        ...more,
      }),
      follow: (after) => ({
        method: 'GET',
        url: `${url}/runs/r/events`,
        limits,
        headers: async () => new Headers([...(await headers()), ...(after ? [['last-event-id', after] as [string, string]] : [])]),
      }),
    }
  }
  const never = new AbortController().signal

  async function read(transport: Transport, request: TransportRequest): Promise<Frame[]> {
    const frames: Frame[] = []
    const source = await transport.open(request, never)
    await source.drive((batch) => void frames.push(...batch))
    return frames
  }
  const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    )

  test('a start brings every frame of the run, its id first and its end last', async () => {
    const { transport, start } = await place()
    const frames = await read(transport, start('brief'))
    expect(frames.map(({ id, event, data }) => [id?.split('-')[1] ?? event, JSON.parse(data).type ?? JSON.parse(data).outcome])).toEqual([
      ['1', 'token'],
      ['2', 'token'],
      ['3', 'completed'],
      ['end', 'completed'],
    ])
  })

  test('a server that keeps the run is known to', async () => {
    const { transport, start } = await place()
    const source = await transport.open(start('brief'), never)
    source.cancel()
    expect(source.isKept).toBe(true)
  })

  test('a follow brings the same frames again, or those after a cursor', async () => {
    const { transport, start, follow } = await place()
    const frames = await read(transport, start('brief'))
    expect(await read(transport, follow())).toEqual(frames)
    expect(await read(transport, follow(frames[1]?.id))).toEqual(frames.slice(2))
  })

  test('a call answers JSON; stopping a run that is open here ends its stream', async () => {
    const { transport, start, url } = await place()
    const source = await transport.open(start('endless'), never)
    const frames: Frame[] = []
    const driven = source.drive((batch) => void frames.push(...batch))
    expect(await transport.call({ method: 'GET', url: `${url}/agents/brief`, headers, limits })).toMatchObject({ name: 'brief' })
    await expect.poll(() => frames.length).toBe(1)
    expect(await transport.call({ method: 'DELETE', url: `${url}/runs/r`, headers, limits })).toEqual({ outcome: 'cancelled' })
    await driven
    expect([frames.at(-1)?.event, stopped.count]).toEqual(['end', 1])
  })

  test.each([
    ['an unknown agent', 'nobody', {}, 404],
    ['a stranger', 'brief', { headers: async () => new Headers() }, 401],
    ['a body that is no start', 'brief', { body: {} }, 400],
  ])('%s is an HttpError with its status and its body', async (_case, agent, more, status) => {
    const { transport, start } = await place()
    const error = await failureOf(transport.open(start(agent, more), never))
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({ status, retryable: false, body: status === 401 ? 'who?' : expect.stringContaining('{"error":{"code":') })
  })

  test('a failed call is the same HttpError', async () => {
    const { transport, url } = await place()
    const error = await failureOf(transport.call({ method: 'DELETE', url: `${url}/runs/x`, headers, limits }))
    expect(error).toMatchObject({ name: 'HttpError', status: 404, body: expect.stringContaining('unknown_run') })
  })

  test('an abort before the answer rejects', async () => {
    const { transport, start } = await place()
    const leaving = new AbortController()
    const opening = failureOf(transport.open(start('brief', { headers: async () => new Headers({ 'x-slow': '1' }) }), leaving.signal))
    setImmediate(() => leaving.abort(new HttpError(0, 'left', {})))
    expect(await opening).toMatchObject({ status: 0 })
  })

  test('an abort after the answer ends the reading, and reaches the agent', async () => {
    const { transport, start } = await place()
    const leaving = new AbortController()
    const source = await transport.open(start('endless'), leaving.signal)
    const seen: Frame[] = []
    const driven = failureOf(source.drive((batch) => void seen.push(...batch)))
    await expect.poll(() => seen.length).toBe(1)
    leaving.abort()
    await driven
    await expect.poll(() => stopped.count).toBe(1)
    expect(seen).toHaveLength(1)
  })

  test('a reader that wants no more reaches the agent', async () => {
    const { transport, start } = await place()
    const source = await transport.open(start('endless'), never)
    for (let batch = await source.read(); batch?.length === 0; batch = await source.read());
    source.cancel()
    await expect.poll(() => stopped.count).toBe(1)
  })

  test.each([
    ['an event', { eventBytes: 1_000, runBytes: 1_000_000 }],
    ['a run', { eventBytes: 10_000, runBytes: 20_000 }],
  ])('%s over its limit is a LimitError', async (_case, tight) => {
    const { transport, start } = await place()
    expect(await failureOf(read(transport, start('loud', { limits: tight })))).toBeInstanceOf(LimitError)
  })

  test('a client over it runs, verifies and cancels', async () => {
    const { transport, url } = await place()
    const client = createAgentClient({ url, transport, headers: { authorization: 'Bearer ada' } })
    const { text, state } = await client.run('go', { agent: 'brief' }).result()
    expect([text, state.status, state.integrity]).toEqual(['ab', 'completed', 'verified'])
    const run = client.run('go', { agent: 'endless' })
    for await (const { type } of run) if (type === 'token') break
    expect([await run.cancel(), (await run.result()).status]).toEqual([{ outcome: 'cancelled' }, 'cancelled'])
  })
})
