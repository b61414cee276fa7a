import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../../test/reading.ts'
import { ProtocolError } from '../../../errors.ts'
import { isTerminalEvent } from '../../events/ending.ts'
import { concatenated } from '../../frames/concatenated.ts'
import { framingFor } from '../../frames/negotiate.ts'
import { sse } from '../../frames/sse.ts'
import { a2a, a2aV1, createA2a } from './a2a.ts'

const folder = new URL('../../../../conformance/a2a/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const lines = (name: string): unknown[] =>
  read(name)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const reviewed = new Set(readdirSync(new URL('events/', folder)))
const utf8 = new TextEncoder()

const outcomes: readonly [RegExp, string][] = [
  [/connection-cut|no-last-status/, 'truncated'],
  [/auth-required|failed-with|rejected|rpc-error/, 'failed'],
  [/canceled/, 'cancelled'],
]
const transcripts = readdirSync(folder)
  .filter((name) => name.endsWith('.sse'))
  .sort()
  .map((file) => {
    const name = file.slice(0, -4)
    const protocol = name.startsWith('v1-') ? a2aV1 : a2a
    return {
      name,
      protocol,
      body: read(file),
      isCut: name.includes('connection-cut'),
      ends: outcomes.find(([ending]) => ending.test(name))?.[1] ?? 'completed',
    }
  })
/** The same run in either version is the same events, unless what nobody knows has another shape. */
function eventsFile(name: string): string {
  const file = `${name}.jsonl`
  return `events/${reviewed.has(file) ? file : file.replace(/^v\d+-/, 'run-')}`
}

test('an error before the stream is one JSON text', () => {
  expect(framingFor('text/event-stream; charset=utf-8', a2a.framings)).toBe(sse)
  expect(framingFor('application/json', a2a.framings)).toBe(concatenated)
})

describe('transcripts', () => {
  test('there are 12 of Agentor and 21 of each version', () => expect(transcripts).toHaveLength(12 + 2 * 21))

  describe.each(transcripts)('N59: $name', ({ name, protocol, body, isCut, ends }) => {
    test('becomes these events', () => expect(readBody(protocol, body, { isCut }).events).toEqual(lines(eventsFile(name))))
    test('ends as it should', () => expect(readBody(protocol, body, { isCut }).outcome).toBe(ends))
    test('its frames are the ones a conforming parser sees', () => {
      if (/^v\d+-/.test(name)) return
      const frames = sse.decoder().push(utf8.encode(body))
      expect(frames.map(({ data, event = 'message' }) => ({ event, data: JSON.parse(data) }))).toEqual(lines(`${name}.expect.jsonl`))
    })
    test('N12 N36 N37: any split, line end, byte order mark and comment gives the same events', () => {
      const whole = readBody(protocol, body, { isCut })
      for (const end of ['\n', '\r\n', '\r'])
        for (const size of [1, 3]) expect(readBody(protocol, `\uFEFF: ping${end}${end}${body.replaceAll('\n', end)}`, { isCut, size })).toEqual(whole)
    })
    test('N1 N3 N4: cut at every byte it never ends completed', () => {
      const bytes = utf8.encode(body)
      for (let at = 0; at < bytes.length; at++) {
        const { events, outcome } = readBody(protocol, bytes.subarray(0, at))
        // A clean end after a question is a good one: the turn is the user's.
        const isTurn = events.some((event) => event.type === 'result' && event.stop_reason === 'input-required')
        expect([at, isTurn || !events.some(isTerminalEvent)]).toEqual([at, true])
        expect([at, outcome === 'completed']).toEqual([at, isTurn])
      }
    })
  })

  test('a question that the server closes after is the answer of the turn, in either version', () => {
    for (const name of ['v03-16-asks-and-goes-on', 'v1-16-asks-and-goes-on']) {
      const protocol = name.startsWith('v1') ? a2aV1 : a2a
      const frames = read(`${name}.sse`).split('\n\n').slice(0, 2)
      expect(readBody(protocol, `${frames.join('\n\n')}\n\n`).events.slice(-2)).toEqual([
        { type: 'result', output: 'Which harbour? ', success: true, stop_reason: 'input-required' },
        { type: 'completed', success: true, timestamp: '2026-03-04T09:15:01.000Z' },
      ])
    }
  })
})

describe('answers in one piece', () => {
  const rows = lines('13-http-responses.jsonl') as { name: string; response: { content_type: string; body: string } }[]
  const answers = rows.filter(({ response }) => response.body.includes('"jsonrpc":"2.0"'))
  test.each(answers)('$name', ({ response }) => {
    const { events, outcome } = readBody(a2a, response.body, { framing: concatenated })
    expect([events.map(({ type }) => type), outcome]).toEqual([['started', 'error'], 'failed'])
    expect(events[1]).toMatchObject({ code: '-32601', error: expect.stringContaining('no such method') })
  })
  test('N48: what is no JSON-RPC answer is a ProtocolError', () => {
    const others = rows.filter(({ response }) => response.content_type === 'application/json' && !response.body.includes('"jsonrpc":"2.0"'))
    expect(others.length).toBeGreaterThan(2)
    for (const { response } of others) expect(() => a2a.decoder().push({ data: response.body })).toThrow(ProtocolError)
  })
})

describe('odd frames', () => {
  const answer = (result: unknown, id: unknown = 1) => ({ data: JSON.stringify({ jsonrpc: '2.0', id, result }) })
  const task = (id = 't') => ({ kind: 'task', id, contextId: 'c', status: { state: 'working' } })
  const piece = (text: string, taskId = 't') => ({
    kind: 'artifact-update',
    taskId,
    contextId: 'c',
    artifact: { artifactId: 'a', parts: [{ kind: 'text', text }] },
  })

  test('N59: a frame with the id of another call is refused', () => {
    const decoder = a2a.decoder()
    decoder.push(answer(task()))
    for (const id of [2, '1', null]) expect(() => decoder.push(answer(piece('x'), id))).toThrow(ProtocolError)
    expect(decoder.push(answer(piece('x')))).toEqual([{ type: 'token', content: 'x' }])
    expect(() => createA2a({ requestId: 'mine' }).decoder().push(answer(task(), 'yours'))).toThrow(ProtocolError)
  })
  test('N59: a frame of another task is refused', () => {
    const decoder = a2a.decoder()
    decoder.push(answer(task()))
    expect(() => decoder.push(answer(piece('x', 'other')))).toThrow(ProtocolError)
    expect(() => decoder.push(answer(task('other')))).toThrow(ProtocolError)
  })
  test('N59: an error frame ends the run, with or without the id of the call, in an envelope or bare', () => {
    const error = { code: -32603, message: 'Internal error' }
    for (const frame of [
      { data: JSON.stringify({ jsonrpc: '2.0', id: 1, error }) },
      { data: JSON.stringify({ jsonrpc: '2.0', id: null, error }) },
      { data: JSON.stringify(error), event: 'error' },
    ]) {
      const decoder = a2a.decoder()
      expect([...decoder.push(answer(task())), ...decoder.push(frame), ...decoder.push(answer(piece('late')))]).toEqual([
        { type: 'started' },
        { type: 'error', error: 'Internal error', code: '-32603' },
      ])
      expect(decoder.end()).toEqual([])
    }
  })
  test('a last word in a state that is not an end leaves the run cut', () => {
    const decoder = a2a.decoder()
    decoder.push(answer(task()))
    expect(decoder.push(answer({ kind: 'status-update', taskId: 't', contextId: 'c', final: true, status: { state: 'working' } }))).toEqual([])
    expect(decoder.end()).toEqual([])
  })
  test('a state of an end that is not called final ends the run when the stream closes in order, with what came after it', () => {
    const decoder = a2a.decoder()
    decoder.push(answer(task()))
    expect(decoder.push(answer({ kind: 'status-update', taskId: 't', contextId: 'c', final: false, status: { state: 'completed' } }))).toEqual([])
    decoder.push(answer(piece('late')))
    expect(decoder.end()).toEqual([
      { type: 'result', output: 'late', success: true },
      { type: 'completed', success: true },
    ])
  })
  test('the same message twice is two messages', () => {
    const decoder = a2a.decoder()
    const message = answer({ kind: 'message', messageId: 'm', role: 'agent', parts: [{ kind: 'text', text: 'ha' }] })
    expect([...decoder.push(message), ...decoder.push(message), ...decoder.end()]).toEqual([
      { type: 'started' },
      { type: 'token', content: 'ha' },
      { type: 'token', content: 'ha' },
      { type: 'result', output: 'haha', success: true },
      { type: 'completed', success: true },
    ])
  })
  test('what a user said is not part of the answer', () => {
    const decoder = a2a.decoder()
    decoder.push(answer(task()))
    expect(decoder.push(answer({ kind: 'message', messageId: 'm', role: 'user', parts: [{ kind: 'text', text: 'When?' }] }))).toEqual([])
  })
  test('a version does not read the other', () => {
    expect(() => a2aV1.decoder().push(answer(task()))).toThrow(ProtocolError)
    expect(() => a2a.decoder().push(answer({ task: { id: 't', contextId: 'c', status: { state: 'TASK_STATE_WORKING' } } }))).toThrow(ProtocolError)
  })
  test.each([
    '{',
    '[]',
    'null',
    '{}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"1.0","id":1,"result":{"kind":"task"}}',
    '{"jsonrpc":"2.0","id":{},"result":{}}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":1}}',
    answer({}).data,
    answer({ kind: '' }).data,
    answer({ kind: 'task' }).data,
    answer({ kind: 'task', id: 't', contextId: 'c', status: { state: 1 } }).data,
    answer({ ...piece(''), artifact: { artifactId: 'a', parts: 'x' } }).data,
    answer({ ...piece(''), artifact: { artifactId: 'a', parts: [1] } }).data,
    answer({ ...piece(''), artifact: { artifactId: 'a', parts: [{ kind: 'file', file: 'x' }] } }).data,
  ])('N46 N48: %s is a ProtocolError', (data) => {
    for (const protocol of [a2a, a2aV1]) expect(() => protocol.decoder().push({ data })).toThrow(ProtocolError)
  })
  test('N56: names that objects inherit are names like others', () => {
    expect(a2a.decoder().push({ data: '{"jsonrpc":"2.0","id":1,"result":{"kind":"__proto__"}}' })[1]).toMatchObject({ type: 'custom', name: '__proto__' })
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(a2aV1.decoder().push({ data: `{"jsonrpc":"2.0","id":1,"result":{"${name}":{"a":1}}}` })[1]).toMatchObject({ type: 'custom', name })
  })
  test('X9: a hundred thousand pieces are read in linear time', () => {
    const decoder = a2a.decoder()
    for (let at = 0; at < 100_000; at++) decoder.push(answer({ ...piece('high water '), append: true }))
    expect(decoder.end()).toEqual([])
  })
})
