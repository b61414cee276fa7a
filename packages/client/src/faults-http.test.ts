import { describe, expect, test, vi } from 'vitest'
import {
  type AgentEvent,
  createAgentClient,
  HttpError,
  immediately,
  isAgentStreamError,
  LimitError,
  ProtocolError,
  type RunState,
  StreamInterruptedError,
  StreamTimeoutError,
} from './index.ts'
import { type ScriptedResponse, scriptedFetch } from './testing.ts'

const done = 'data: {"type":"status","status":"started"}\n\ndata: {"type":"token","content":"Hi"}\n\ndata: {"type":"result","output":"Hi"}\n\n'
const html = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' }

/** What a run of this script ends in: its error, its state, and what was asked for. */
async function runOf(script: readonly (ScriptedResponse | Error)[], options: Record<string, unknown> = {}) {
  const { fetch, requests } = scriptedFetch(...script)
  const client = createAgentClient({ url: 'https://agents.test/api', fetch, retry: { baseMs: 0, maxMs: 0 }, ...options })
  const run = client.run('Hello', { schedule: immediately })
  const error = await run.result().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { error, state: run.getSnapshot(), requests, run }
}

const httpError = (error: unknown): HttpError => {
  expect(error).toBeInstanceOf(HttpError)
  return error as HttpError
}

describe('answers that are no stream', () => {
  test.each([400, 401, 403, 404, 409, 410, 413, 415, 422])('N28: %i is one attempt and a typed error with the status', async (status) => {
    const { error, state, requests } = await runOf([{ status, headers: { 'content-type': 'application/json' }, body: '{"error":"no"}' }])
    expect(httpError(error)).toMatchObject({ code: 'http', status, retryable: false, body: '{"error":"no"}' })
    expect(state).toMatchObject({ status: 'failed', failure: { code: 'http', phase: 'connect', status, retryable: false } })
    expect(requests).toHaveLength(1)
  })

  test.each([408, 425, 429, 500, 502, 503, 504])('N29: %i is tried again, and the next answer counts', async (status) => {
    const { error, state, requests } = await runOf([{ status }, { status }, { body: done }])
    expect(error).toBeUndefined()
    expect(state.status).toBe('completed')
    expect(requests).toHaveLength(3)
  })

  test('N29: every attempt starts the same run, with fresh headers', async () => {
    let token = 0
    const { requests } = await runOf([{ status: 503 }, { body: done }], { headers: () => ({ authorization: `Bearer ${++token}` }) })
    expect(requests.map((request) => request.headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2'])
    expect(JSON.parse(requests[0]?.body ?? '').run_id).toBe(JSON.parse(requests[1]?.body ?? '').run_id)
  })

  test('N29: after the last attempt the status is told', async () => {
    const { error, state, requests } = await runOf([{ status: 500, body: 'x'.repeat(10_000) }])
    expect(httpError(error)).toMatchObject({ status: 500, retryable: true })
    expect(httpError(error).body).toHaveLength(4096)
    expect(state.failure).toMatchObject({ status: 500, retryable: true })
    expect(requests).toHaveLength(4)
  })

  test('N30: Retry-After is waited for, in seconds or as a date, and capped at a minute; anything else is ignored', async () => {
    const { parseRetryAfter, retryDelayMs, defaultRetry } = await import('./run/retry.ts')
    const now = Date.parse('2026-03-04T09:15:00Z')
    expect(parseRetryAfter('3', now)).toBe(3000)
    expect(parseRetryAfter('Wed, 04 Mar 2026 09:15:07 GMT', now)).toBe(7000)
    expect(parseRetryAfter('soon', now)).toBeUndefined()
    expect(retryDelayMs(defaultRetry, 1, { retryAfterMs: 3000, random: 0 })).toBe(3000)
    expect(retryDelayMs(defaultRetry, 1, { retryAfterMs: 86_400_000, random: 0 })).toBe(60_000)
    expect([1, 2, 3, 9].map((attempt) => retryDelayMs(defaultRetry, attempt, { random: 1 }))).toEqual([300, 600, 1200, 10_000])
  })

  test('N30: a 429 tells the wait it was given', async () => {
    const { error, state } = await runOf([{ status: 429, headers: { 'retry-after': '7' } }], { retry: false })
    expect(httpError(error)).toMatchObject({ status: 429, retryAfterMs: 7000, retryable: true })
    expect(state.failure).toMatchObject({ status: 429, retryAfterMs: 7000 })
  })

  test.each([
    ['an HTML page', html, /text\/html/],
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{"text":"Hi"}' }, /application\/json/],
  ])('N31: %s with 200 is a protocol error, tried once, with no event', async (_, response, message) => {
    const { error, state, requests } = await runOf([response])
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ code: 'protocol', retryable: false, message: expect.stringMatching(message), excerpt: response.body })
    expect(state).toMatchObject({ status: 'failed', counts: { events: 0 } })
    expect(requests).toHaveLength(1)
  })

  test('N31: an HTML page mislabelled as a stream yields no event and is truncated', async () => {
    const { error, state } = await runOf([{ body: html.body }])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(state).toMatchObject({ status: 'truncated', counts: { events: 0 } })
  })

  test('N32: 204 is not tried again', async () => {
    const { error, requests } = await runOf([{ status: 204 }])
    expect(error).toMatchObject({ code: 'protocol', message: expect.stringContaining('204 with no body') })
    expect(requests).toHaveLength(1)
  })

  test('N43: of an endless error body only the beginning is read', async () => {
    let chunks = 0
    function* endless() {
      for (;;) {
        chunks++
        yield 'x'.repeat(1000)
      }
    }
    const { error } = await runOf([{ status: 400, body: { [Symbol.iterator]: endless } }])
    expect(httpError(error).body).toHaveLength(4096)
    expect(chunks).toBeLessThan(10)
  })

  test.each([
    ['upper case with parameters', 'Text/Event-Stream; charset=UTF-8', 'completed'],
    ['none', '', 'failed'],
    ['binary', 'application/octet-stream', 'failed'],
  ])('N44: content type %s', async (_, type, status) => {
    const { state } = await runOf([{ headers: type ? { 'content-type': type } : {}, body: done }])
    expect(state.status).toBe(status)
  })

  test('N7 N60: a server that cannot be reached is tried four times and then told, with the cause', async () => {
    const { error, state, requests } = await runOf([new TypeError('fetch failed')])
    expect(error).toMatchObject({ code: 'interrupted', retryable: true, cause: expect.any(TypeError) })
    expect(state).toMatchObject({ status: 'truncated', connection: { phase: 'closed', attempt: 4 } })
    expect(requests).toHaveLength(4)
  })

  test('N10: the waits between attempts grow', async () => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { fetch, requests } = scriptedFetch(new TypeError('fetch failed'))
    const run = createAgentClient({ url: '/api', fetch }).run('x')
    const failed = run.result().catch((error: unknown) => error)
    const at: number[] = []
    for (let ms = 0; ms <= 2200; ms += 50) {
      await vi.advanceTimersByTimeAsync(ms === 0 ? 0 : 50)
      while (at.length < requests.length) at.push(ms)
    }
    expect(at).toEqual([0, 300, 900, 2100])
    expect(isAgentStreamError(await failed)).toBe(true)
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
})

describe('streams that make no sense', () => {
  const stream = (...events: (AgentEvent | string)[]) => ({
    body: events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`),
  })
  const token: AgentEvent = { type: 'token', content: 'Hi' }
  const result: AgentEvent = { type: 'result', output: 'Hi' }

  const kept = (state: RunState): string => state.main.parts.map((part) => ('text' in part ? part.text : '')).join('')

  test('N46: invalid JSON ends the run with the event named, and keeps what came before', async () => {
    const { error, state } = await runOf([stream(token, '{"type":"tok', result)])
    expect(error).toMatchObject({ code: 'protocol', message: 'Event 2: Not valid JSON', excerpt: '{"type":"tok', retryable: false })
    expect(state).toMatchObject({ status: 'failed', failure: { code: 'protocol', phase: 'stream' } })
    expect(kept(state)).toBe('Hi')
  })

  test('N46: or it is left out, where that was asked for', async () => {
    const { error, state } = await runOf([stream(token, '{"type":"tok', result)], { onMalformed: 'skip' })
    expect(error).toBeUndefined()
    expect(state.status).toBe('completed')
  })

  test('N47: an unknown type survives as custom, unknown members survive as they are', async () => {
    const seen: AgentEvent[] = []
    const { fetch } = scriptedFetch(stream({ type: 'token', content: 'Hi', colour: 'red' }, '{"type":"weather","degrees":7}', result))
    const { state } = await createAgentClient({ url: '/api', fetch })
      .run('x', { onEvent: (event) => seen.push(event) })
      .result()
    expect(seen[0]).toMatchObject({ colour: 'red' })
    expect(state.custom).toEqual({ weather: { type: 'weather', degrees: 7 } })
    expect(state.status).toBe('completed')
  })

  test.each([
    ['a known type with the wrong shape', '{"type":"token","content":7}', 'Event 1: A token event has the wrong shape (content: expected string)'],
    ['a missing member', '{"type":"tool_call"}', 'Event 1: A tool_call event has the wrong shape (tool_name: expected string)'],
    ['a number', '7', 'Event 1: Not an event: expected an object with a text `type`'],
    ['null', 'null', 'Event 1: Not an event: expected an object with a text `type`'],
    ['a list', '[]', 'Event 1: Not an event: expected an object with a text `type`'],
    ['no type', '{}', 'Event 1: Not an event: expected an object with a text `type`'],
  ])('N48: %s is a typed error', async (_, data, message) => {
    const { error } = await runOf([stream(data, result)])
    expect(error).toMatchObject({ code: 'protocol', message })
  })

  test('N41: a large event is delivered whole', async () => {
    const content = 'x'.repeat(5 * 1024 * 1024)
    const { state } = await runOf([stream({ type: 'token', content }, result)])
    expect(kept(state)).toBe(content)
  })

  test.each([
    ['line', 'data: ', 'x'.repeat(1000)],
    ['event of many lines', 'data: x\n', 'data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n'],
  ])('N42: an endless %s ends at the limit, which is told with its unit', async (_, first, more) => {
    let chunks = 0
    function* endless() {
      yield first
      for (;;) {
        chunks++
        yield more
      }
    }
    const { error } = await runOf([{ body: { [Symbol.iterator]: endless } }], { limits: { eventBytes: 10_000 } })
    expect(error).toBeInstanceOf(LimitError)
    expect(error).toMatchObject({ limit: 10_000, unit: 'bytes', message: 'An event is larger than the limit of 10000 bytes' })
    expect(chunks * more.length).toBeLessThan(30_000)
  })

  test('N42: an endless NDJSON line and endless comments end at the limits, too', async () => {
    const endless = (text: string) => ({
      *[Symbol.iterator]() {
        for (;;) yield text
      },
    })
    const line = await runOf([{ headers: { 'content-type': 'application/x-ndjson' }, body: endless('x'.repeat(1000)) }], { limits: { eventBytes: 10_000 } })
    expect(line.error).toMatchObject({ code: 'limit', limit: 10_000 })
    const comments = await runOf([{ body: endless(`: ${'x'.repeat(1000)}\n`) }], { limits: { runBytes: 100_000 } })
    expect(comments.error).toMatchObject({ code: 'limit', message: 'The stream is larger than the limit of 100000 bytes' })
  })

  test('N45: comments and padding mean nothing', async () => {
    const { state } = await runOf([{ body: [': OPENROUTER PROCESSING\n\n', `:${' '.repeat(2000)}\n\n`, done] }])
    expect(state).toMatchObject({ status: 'completed', counts: { events: 3 } })
  })

  test('N54: named events and empty data are tolerated', async () => {
    const { state } = await runOf([
      { body: ['event: message\ndata: {"type":"token","content":"Hi"}\n\n', 'data:\n\n', 'data: {"type":"result","output":"Hi"}\n\n'] },
    ])
    expect(state.status).toBe('completed')
  })

  test('N55: nesting 20,000 deep overflows no stack', async () => {
    const deep = `{"type":"custom","name":"deep","data":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    const { error, state } = await runOf([stream(deep, result)])
    expect(error === undefined || isAgentStreamError(error)).toBe(true)
    expect(['completed', 'failed']).toContain(state.status)
  })

  test('N56 X8: keys and ids named like object members pollute nothing', async () => {
    const { state } = await runOf([
      stream(
        '{"type":"token","content":"Hi","__proto__":{"polluted":1}}',
        '{"type":"__proto__","polluted":1}',
        '{"type":"constructor"}',
        '{"type":"custom","name":"__proto__","data":{"polluted":1}}',
        '{"type":"dawp_step_started","run_id":"__proto__","step_id":"constructor","step_index":0}',
        '{"type":"tool_call","tool_name":"__proto__","parameters":{}}',
        '{"type":"tool_result","tool_name":"__proto__","result":1}',
        result,
      ),
    ])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(state.status).toBe('completed')
    expect(state.dawpRuns[0]).toMatchObject({ runId: '__proto__', open: false })
    expect(state.main.parts.find((part) => part.kind === 'tool')).toMatchObject({ toolName: '__proto__', status: 'done' })
  })

  test('N50: a result inside a DAWP run does not end the run', async () => {
    const nested = '{"type":"result","output":"step","loop_scope":{"kind":"dawp","run_id":"r","step_id":"s","step_index":0}}'
    const { error, state } = await runOf([stream(token, nested)])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(state).toMatchObject({ status: 'truncated', output: undefined })
  })

  test('N51: results without ids go to their calls in order; a result without a call stays visible', async () => {
    const call = (port: string): AgentEvent => ({ type: 'tool_call', tool_name: 'tide', parameters: { port } })
    const answer = (metres: number): AgentEvent => ({ type: 'tool_result', tool_name: 'tide', result: metres })
    const { state } = await runOf([stream(call('Brest'), call('Dover'), answer(4), answer(6), answer(8), call('Ostend'), result)])
    const tools = state.main.parts.flatMap((part) => (part.kind === 'tool' ? [[part.parameters, part.result, part.status]] : []))
    expect(tools).toEqual([
      [{ port: 'Brest' }, 4, 'done'],
      [{ port: 'Dover' }, 6, 'done'],
      [undefined, 8, 'done'],
      [{ port: 'Ostend' }, undefined, 'abandoned'],
    ])
  })

  test('N52: what follows the terminal event changes nothing', async () => {
    const { state } = await runOf([stream(token, { type: 'error', error: 'no' }, { type: 'token', content: 'more' }, { type: 'completed' })])
    expect(state).toMatchObject({ status: 'failed', failure: { code: 'agent', message: 'no' } })
    expect(kept(state)).toBe('Hi')
  })

  test('N53: after the terminal event a server that hangs, or cuts, is left at once', async () => {
    const events = stream(token, { type: 'completed', success: true }).body
    const hanging = await runOf([{ body: events, hangs: true }])
    expect(hanging.state.status).toBe('completed')
    expect(hanging.requests[0]?.aborted).toBe(true)
    const cut = await runOf([{ body: [...events, new TypeError('terminated')] }])
    expect(cut.error).toBeUndefined()
    expect(cut.state.status).toBe('completed')
    expect(cut.requests).toHaveLength(1)
  })

  test('N2: a reset connection is truncated, with the text that had arrived', async () => {
    const { error, state } = await runOf([{ body: [...stream(token).body, new TypeError('terminated')] }])
    expect(error).toMatchObject({ code: 'interrupted', partialResponse: 'Hi', retryable: true })
    expect(state.status).toBe('truncated')
  })
})

describe('silence', () => {
  const stalled = async (options: Record<string, unknown>, body: (string | Promise<unknown>)[] = []) => {
    vi.useFakeTimers()
    try {
      const { fetch, requests } = scriptedFetch({ body, hangs: true })
      const run = createAgentClient({ url: '/api', fetch, retry: false, ...options }).run('x', { schedule: immediately })
      const ended = run.result().catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(60_000)
      return { error: await ended, state: run.getSnapshot(), requests }
    } finally {
      vi.useRealTimers()
    }
  }

  test('N5: a half-open connection ends with the idle timeout, text kept, socket closed', async () => {
    const { error, state, requests } = await stalled({ idleTimeoutMs: 5000 }, ['data: {"type":"token","content":"Hi"}\n\n'])
    expect(error).toBeInstanceOf(StreamTimeoutError)
    expect(error).toMatchObject({ phase: 'idle', timeoutMs: 5000, retryable: true, message: 'No answer within 5000 ms (idle timeout)' })
    expect(state).toMatchObject({ status: 'truncated', failure: { code: 'timeout' } })
    expect(requests[0]?.aborted).toBe(true)
  })

  test('N6: a server that sends no headers ends with the connect timeout', async () => {
    vi.useFakeTimers()
    const run = createAgentClient({ url: '/api', fetch: () => new Promise(() => {}), retry: { attempts: 2, baseMs: 0, maxMs: 0 } }).run('x')
    const ended = run.result().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await ended).toMatchObject({ code: 'timeout', phase: 'connect', timeoutMs: 10_000 })
    expect(run.getSnapshot().connection).toMatchObject({ phase: 'closed', attempt: 2 })
    vi.useRealTimers()
  })

  test('N6: heartbeats do not stand in for the first event', async () => {
    const beats = Array.from({ length: 30 }, (_, at) => new Promise((resolve) => setTimeout(resolve, (at + 1) * 1000)))
    const { error } = await stalled(
      { firstEventTimeoutMs: 8000 },
      beats.flatMap((beat) => [beat, ':\n\n']),
    )
    expect(error).toMatchObject({ code: 'timeout', phase: 'first_event', timeoutMs: 8000 })
  })

  test('N14 N15: heartbeats are life, however long they go on', async () => {
    vi.useFakeTimers()
    function* beating() {
      for (let beat = 0; beat < 100; beat++) {
        yield new Promise((resolve) => setTimeout(resolve, 10_000))
        yield ':\n\n'
      }
      yield done
    }
    const { fetch, requests } = scriptedFetch({ body: { [Symbol.iterator]: beating } })
    const run = createAgentClient({ url: '/api', fetch }).run('x', { schedule: immediately })
    await vi.advanceTimersByTimeAsync(1_100_000)
    expect(run.getSnapshot().status).toBe('completed')
    expect(requests).toHaveLength(1)
    vi.useRealTimers()
  })

  test('N15: a total timeout ends a run that never would', async () => {
    vi.useFakeTimers()
    const { fetch } = scriptedFetch({ body: ['data: {"type":"token","content":"Hi"}\n\n'], hangs: true })
    const run = createAgentClient({ url: '/api', fetch, idleTimeoutMs: Number.POSITIVE_INFINITY }).run('x', { timeoutMs: 90_000 })
    const ended = run.result().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(90_000)
    expect(await ended).toMatchObject({ code: 'timeout', phase: 'total', timeoutMs: 90_000 })
    expect(run.getSnapshot().status).toBe('truncated')
    vi.useRealTimers()
  })

  test('N13 N12: bursts and single bytes come to the same as the whole', async () => {
    const whole = await runOf([{ body: done }])
    const bytes = await runOf([{ body: Array.from(new TextEncoder().encode(done), (byte) => Uint8Array.of(byte)) }])
    expect(bytes.state.main).toEqual(whole.state.main)
    expect(bytes.state.status).toBe('completed')
  })
})
