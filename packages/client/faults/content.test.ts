import { describe, expect, test } from 'vitest'
import { type AgentEvent, createAgentClient, isAgentStreamError, LimitError, type RunState, StreamInterruptedError } from '../src/index.ts'
import { scriptedFetch } from '../src/testing.ts'
import { done, runOf } from './support.ts'

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
