import { type AgentEvent, emptyDigest, extendDigest, type Frame, formatDigest, ndjson, sse } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { Agent, RunContext, Task } from '../agents/agent.ts'
import { createMemoryJournal } from '../runs/memory-journal.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

type Script = (task: Task, context: RunContext) => AsyncIterable<AgentEvent>

const agentOf = (run: Script): Agent => ({
  name: 'helper',
  info: { name: 'helper', description: 'Helps', provider: 'scripted', model: 'm', tools: [{ name: 'add', description: 'Adds' }], supportsStreaming: true },
  run,
})
const echo = agentOf(async function* (task) {
  yield { type: 'token', content: task.description }
  yield { type: 'completed', success: true }
})
/** Says one word and waits to be stopped. */
const waiting = (seen: { signal?: AbortSignal } = {}): Agent =>
  agentOf(async function* (_, { signal }) {
    seen.signal = signal
    yield { type: 'token', content: 'a' }
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })

type Setup = Partial<AgentHandlerOptions> & { readonly agent?: Agent }

function serve({ agent = echo, ...options }: Setup = {}) {
  const errors: unknown[] = []
  const handler = createAgentHandler({ agents: { helper: agent }, basePath: '/api', disconnectGraceMs: 0, onError: (error) => errors.push(error), ...options })
  const call = (method: string, path: string, init: RequestInit = {}) => handler(new Request(`http://host/api${path}`, { method, ...init }))
  const start = (
    body: unknown = { task: { description: 'hi' } },
    { headers = {}, agent: name = 'helper', ...init }: RequestInit & { headers?: Record<string, string>; agent?: string } = {},
  ) =>
    call('POST', `/agents/${name}/runs`, {
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...init,
    })
  return { handler, call, start, errors }
}

async function framesOf(response: Response): Promise<Frame[]> {
  const decoder = (response.headers.get('content-type') === ndjson.contentType ? ndjson : sse).decoder()
  return [...decoder.push(await response.bytes()), ...decoder.end()]
}

/** Reads until a text was seen and leaves the stream open. */
async function readUntil(response: Response, text: string): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const reader = response.body?.getReader()
  if (!reader) throw new Error('no body')
  const decoder = new TextDecoder()
  for (let seen = ''; !seen.includes(text); ) seen += decoder.decode((await reader.read()).value, { stream: true })
  return reader
}

const errorOf = async (response: Response): Promise<[number, string]> => [response.status, ((await response.json()) as { error: { code: string } }).error.code]
const known = (runId: string) => ({ run_id: runId, task: { description: 'hi' } })

describe('POST /agents/:agent/runs', () => {
  test('starts a run and streams it, with the outcome, the last cursor and the digest in the last frame', async () => {
    const { start } = serve()
    const response = await start()
    expect(response.status).toBe(200)
    expect(response.headers.get('agentstream-run-id')).toMatch(/^[0-9a-f-]{36}$/)
    const frames = await framesOf(response)
    expect(frames.slice(0, 2).map(({ data }) => JSON.parse(data))).toEqual([
      { type: 'token', content: 'hi' },
      { type: 'completed', success: true },
    ])
    const digest = formatDigest(frames.slice(0, 2).reduce((sum, { data }) => extendDigest(sum, data), emptyDigest))
    expect(frames[2]?.event).toBe('end')
    expect(JSON.parse(frames[2]?.data ?? '')).toEqual({ outcome: 'completed', cursor: frames[1]?.id, digest })
  })

  test('`accept` picks the framing', async () => {
    const { start } = serve()
    const response = await start(undefined, { headers: { accept: 'application/x-ndjson' } })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    expect((await framesOf(response)).map(({ event }) => event)).toEqual([undefined, undefined, 'end'])
  })

  test('`default` means the agent chosen for it, else the first', async () => {
    const named = (name: string) =>
      agentOf(async function* () {
        yield { type: 'result', output: name }
      })
    const agents = { first: named('first'), second: named('second') }
    const textOf = async (options: Partial<AgentHandlerOptions>) => (await serve({ agents, ...options }).start(undefined, { agent: 'default' })).text()
    expect(await textOf({})).toContain('"first"')
    expect(await textOf({ defaultAgent: 'second' })).toContain('"second"')
    expect(await textOf({ agents: { first: named('first'), default: named('really default') } })).toContain('really default')
    expect(await errorOf(await serve({ agents: {} }).start(undefined, { agent: 'default' }))).toEqual([404, 'unknown_agent'])
    expect(() => createAgentHandler({ agents, defaultAgent: 'frist' })).toThrow('The default agent "frist" is none of: first, second')
  })

  test('S23 the same run id is one run, and every POST follows it from the start', async () => {
    let runs = 0
    const { start } = serve({
      agent: agentOf(async function* () {
        runs++
        yield { type: 'result', output: runs }
      }),
    })
    const responses = await Promise.all([start(known('r')), start(known('r')), start(known('r'))])
    const texts = [...(await Promise.all(responses.map((response) => response.text()))), await (await start(known('r'))).text()]
    expect(new Set(texts).size).toBe(1)
    expect(runs).toBe(1)
  })

  test('S25 over the cap: 429 with Retry-After', async () => {
    const { start } = serve({ agent: waiting(), maxConcurrentRuns: 1 })
    const first = await start()
    const refused = await start()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
    expect(await refused.json()).toEqual({ error: { code: 'busy', message: 'Too many runs at once', retryable: true } })
    await first.body?.cancel()
  })

  test('X17 X18 parameters reach the agent, and the model, tools and instructions cannot be chosen', async () => {
    let seen: unknown
    const { start } = serve({
      agent: agentOf(async function* (task, { parameters, runId }) {
        seen = { task, parameters, runId }
        yield { type: 'result' }
      }),
    })
    await (
      await start({ run_id: 'r', task: { description: 'hi', system: 'evil', session_id: 's' }, model: 'x', parameters: { temperature: 0, max_tokens: 5 } })
    ).text()
    expect(seen).toEqual({ task: { description: 'hi', sessionId: 's' }, parameters: { temperature: 0, maxTokens: 5 }, runId: 'r' })
    expect(await errorOf(await start({ task: { description: 'hi' }, parameters: { model: 'x' } }))).toEqual([400, 'bad_request'])
  })

  test('Workers are asked to keep the run alive', async () => {
    const { handler } = serve()
    const kept: Promise<unknown>[] = []
    const request = new Request('http://host/api/agents/helper/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(known('r')),
    })
    await (await handler(request, { waitUntil: (promise) => void kept.push(promise) })).text()
    expect(await Promise.all(kept)).toEqual([{ outcome: 'completed' }])
  })
})

describe('leaving and cancelling', () => {
  test('S1 a client that aborts its request, or cancels the stream, stops the agent', async () => {
    for (const how of ['abort', 'cancel']) {
      const seen: { signal?: AbortSignal } = {}
      const { start, call } = serve({ agent: waiting(seen) })
      const client = new AbortController()
      const reader = await readUntil(await start(known('r'), { signal: client.signal }), '"a"')
      expect(seen.signal?.aborted).toBe(false)
      if (how === 'abort') client.abort()
      else await reader.cancel()
      expect([how, seen.signal?.aborted]).toEqual([how, true])
      expect(await (await call('GET', '/runs/r/events')).text()).toContain('"reason":"Every viewer left"')
      expect(await (await call('GET', '/runs/r')).json()).toMatchObject({ run_id: 'r', status: 'cancelled' })
    }
  })

  test('S1 S17 with `continue` the run goes on and is resumed where it was left', async () => {
    const seen: { signal?: AbortSignal } = {}
    const { start, call } = serve({ agent: waiting(seen), onDisconnect: 'continue' })
    const reader = await readUntil(await start(known('r')), '"a"')
    await reader.cancel()
    expect(seen.signal?.aborted).toBe(false)
    const { cursor } = (await (await call('GET', '/runs/r')).json()) as { cursor: string }
    const resumed = await call('GET', '/runs/r/events', { headers: { 'last-event-id': cursor } })
    expect(await (await call('DELETE', '/runs/r')).json()).toEqual({ outcome: 'cancelled' })
    const frames = await framesOf(resumed)
    expect(frames.map(({ id, event }) => event ?? id?.split('-')[1])).toEqual(['2', 'end'])
  })

  test('S2 DELETE stops the agent, every viewer sees who did it, and the receipt is true', async () => {
    const seen: { signal?: AbortSignal } = {}
    const { start, call } = serve({ agent: waiting(seen) })
    const first = await start(known('r'))
    const second = await call('GET', '/runs/r/events')
    const receipt = await call('DELETE', '/runs/r')
    expect([receipt.status, await receipt.json()]).toEqual([200, { outcome: 'cancelled' }])
    expect(seen.signal?.aborted).toBe(true)
    for (const response of [first, second]) {
      const frames = await framesOf(response)
      expect(JSON.parse(frames[1]?.data ?? '')).toMatchObject({ type: 'cancelled', by: 'user' })
      expect(JSON.parse(frames[2]?.data ?? '')).toMatchObject({ outcome: 'cancelled' })
    }
    expect(await (await call('DELETE', '/runs/r')).json()).toEqual({ outcome: 'already_finished' })
  })

  test('a run nobody knows gets a receipt too', async () => {
    const { call } = serve()
    const response = await call('DELETE', '/runs/nobody')
    expect([response.status, await response.json()]).toEqual([
      404,
      { outcome: 'unknown_run', error: { code: 'unknown_run', message: 'No run with this id', retryable: false } },
    ])
    expect((await call('DELETE', '/runs/a%2Fb')).status).toBe(404)
  })
})

describe('GET /runs/:id', () => {
  test('S17 any number of clients resume at any seam and see the same', async () => {
    const words = ['a', 'b', 'c', 'd']
    const { start, call } = serve({
      agent: agentOf(async function* () {
        for (const content of words) yield { type: 'token', content }
        yield { type: 'result', output: null }
      }),
    })
    const whole = await framesOf(await start(known('r')))
    for (const [at, { id }] of whole.slice(0, -1).entries()) {
      expect(await framesOf(await call('GET', `/runs/r/events?after=${id}`))).toEqual(whole.slice(at + 1))
      expect(await framesOf(await call('GET', '/runs/r/events', { headers: { 'last-event-id': id ?? '' } }))).toEqual(whole.slice(at + 1))
    }
    expect(await framesOf(await call('GET', '/runs/r/events', { headers: { accept: 'application/x-ndjson' } }))).toEqual(whole)
    expect(await (await call('GET', '/runs/r')).json()).toEqual({
      run_id: 'r',
      status: 'completed',
      ...{ cursor: whole[4]?.id, digest: JSON.parse(whole[5]?.data ?? '').digest },
    })
  })

  test('S22 garbage, foreign and future cursors, and unknown runs, each get their own answer', async () => {
    const { start, call } = serve()
    const frames = await framesOf(await start(known('r')))
    const epoch = frames[0]?.id?.split('-')[0]
    const ask = async (after: string) => errorOf(await call('GET', `/runs/r/events?after=${encodeURIComponent(after)}`))
    expect(await ask('garbage')).toEqual([400, 'cursor_invalid'])
    expect(await ask(`${epoch}-1\r\nx: y`)).toEqual([400, 'cursor_invalid'])
    expect(await ask('other-1')).toEqual([410, 'cursor_gone'])
    expect(await ask(`${epoch}-3`)).toEqual([409, 'cursor_ahead'])
    expect(await errorOf(await call('GET', '/runs/unknown/events'))).toEqual([404, 'unknown_run'])
    expect(await errorOf(await call('GET', '/runs/unknown'))).toEqual([404, 'unknown_run'])
  })

  test('S21 X20 a journal that fails is a retryable 500 without its words', async () => {
    const journal = { ...createMemoryJournal(), status: () => Promise.reject(new Error('disk at /srv/secret')) }
    const { call, errors } = serve({ journal })
    for (const path of ['/runs/r', '/runs/r/events']) {
      const response = await call('GET', path)
      expect([response.status, await response.json()]).toEqual([500, { error: { code: 'internal', message: 'The server failed', retryable: true } }])
    }
    expect(errors).toHaveLength(2)
  })
})

describe('other addresses', () => {
  test('GET /agents/:agent tells about the agent', async () => {
    const response = await serve().call('GET', '/agents/default')
    expect(await response.json()).toEqual({
      name: 'helper',
      description: 'Helps',
      provider: 'scripted',
      model: 'm',
      tools: [{ name: 'add', description: 'Adds' }],
      supports_streaming: true,
    })
  })

  test('404 and 405 are JSON, and 405 names what is allowed', async () => {
    const { call, handler } = serve()
    expect(await errorOf(await call('GET', '/nothing'))).toEqual([404, 'not_found'])
    expect(await errorOf(await handler(new Request('http://host/elsewhere')))).toEqual([404, 'not_found'])
    for (const [method, path, allow] of [
      ['GET', '/agents/helper/runs', 'POST'],
      ['POST', '/agents/helper', 'GET'],
      ['PUT', '/runs/r', 'GET, DELETE'],
      ['POST', '/runs/r/events', 'GET'],
      ['POST', '/agents/helper/sessions/s', 'GET, DELETE'],
    ] as const) {
      const response = await call(method, path)
      expect([response.status, response.headers.get('allow'), response.headers.get('x-content-type-options')]).toEqual([405, allow, 'nosniff'])
    }
  })

  test('S1 HEAD never becomes a viewer that does not leave', async () => {
    const seen: { signal?: AbortSignal } = {}
    const { start, call } = serve({ agent: waiting(seen) })
    const reader = await readUntil(await start(known('r')), '"a"')
    expect((await call('HEAD', '/runs/r/events')).status).toBe(405)
    await reader.cancel()
    expect(seen.signal?.aborted).toBe(true)
  })
})
