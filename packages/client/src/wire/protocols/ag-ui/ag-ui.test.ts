import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Reading, readBody } from '../../../../test/reading.ts'
import { type AgentEvent, agUi, createAgUi, jsonSeq, message, ndjson, ProtocolError, pipe, sse } from '../../../wire.ts'

const folder = new URL('../../../../conformance/ag-ui/', import.meta.url)
const lines = (name: string): string[] => readFileSync(new URL(name, folder), 'utf8').split('\n').filter(Boolean)
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl') && !name.endsWith('.expect.jsonl'))
  .map((name) => name.slice(0, -6))
  .sort()
const expected = (name: string): unknown[] => lines(`${name}.expect.jsonl`).map((line) => JSON.parse(line))
const utf8 = new TextEncoder()

const bodyOf = (name: string): string =>
  lines(`${name}.jsonl`)
    .map((data) => sse.encode({ data }))
    .join('')

describe.each(names)('%s', (name) => {
  const body = bodyOf(name)
  const ends = /"type":"(completed|error|cancelled)"/.exec(lines(`${name}.expect.jsonl`).at(-1) ?? '')?.[1]
  const outcome = ends === 'error' ? 'failed' : (ends ?? 'truncated')

  test('becomes these events, and ends as it should', () => expect(readBody(agUi, body)).toEqual({ events: expected(name), outcome }))

  test.each([ndjson, jsonSeq])('becomes them over $name too', (framing) => {
    const text = lines(`${name}.jsonl`)
      .map((data) => framing.encode({ data }))
      .join('')
    for (const size of [4096, 1]) expect(readBody(agUi, text, { framing, size }).events).toEqual(expected(name))
  })

  test('becomes them from one message each', () => {
    const stage = pipe(message.decoder(), agUi.decoder())
    expect(lines(`${name}.jsonl`).flatMap((line) => stage.push(utf8.encode(line)))).toEqual(expected(name))
  })

  test('N12 N36 N37: any cut, line end, byte order mark and comment gives the same events', () => {
    for (const end of ['\n', '\r\n', '\r'])
      for (const size of [1, 3]) expect(readBody(agUi, `\uFEFF: ping${end}${end}${body.replaceAll('\n', end)}`, { size }).events).toEqual(expected(name))
  })

  test('N1 N3 N4: cut at every byte it never ends before its terminal event is whole', () => {
    const bytes = utf8.encode(body)
    const terminal = lines(`${name}.jsonl`).findIndex((line) => /^\{"type": ?"RUN_(FINISHED|ERROR)"/.test(line))
    const end =
      terminal < 0
        ? bytes.length + 1
        : utf8.encode(
            lines(`${name}.jsonl`)
              .slice(0, terminal + 1)
              .map((data) => sse.encode({ data }))
              .join(''),
          ).length
    // The last byte is the empty line's; a record is whole with the line end before it.
    for (let at = 0; at < Math.min(end - 1, bytes.length); at++) expect([at, readBody(agUi, bytes.subarray(0, at)).outcome]).toEqual([at, 'truncated'])
  })
})

test('there is a transcript for every event type', () => {
  const seen = new Set(names.flatMap((name) => lines(`${name}.jsonl`).map((line) => String(JSON.parse(line).type))))
  const base = ['START', 'CONTENT', 'END', 'CHUNK']
  const all = [
    ...['RUN_STARTED', 'RUN_FINISHED', 'RUN_ERROR', 'STEP_STARTED', 'STEP_FINISHED', 'RAW', 'CUSTOM'],
    ...base.map((each) => `TEXT_MESSAGE_${each}`),
    ...base.map((each) => `REASONING_MESSAGE_${each}`),
    ...['REASONING_START', 'REASONING_END', 'REASONING_ENCRYPTED_VALUE', 'THINKING_START', 'THINKING_END'],
    ...base.slice(0, 3).map((each) => `THINKING_TEXT_MESSAGE_${each}`),
    ...['START', 'ARGS', 'END', 'CHUNK', 'RESULT'].map((each) => `TOOL_CALL_${each}`),
    ...['STATE_SNAPSHOT', 'STATE_DELTA', 'MESSAGES_SNAPSHOT', 'ACTIVITY_SNAPSHOT', 'ACTIVITY_DELTA'],
    ...['SUBAGENT_STARTED', 'SUBAGENT_FINISHED', 'SUBAGENT_ERROR'],
  ]
  expect(all.filter((type) => !seen.has(type))).toEqual([])
})

describe('odd objects', () => {
  const decode = (...data: (object | string)[]): AgentEvent[] => {
    const decoder = agUi.decoder()
    return data.flatMap((one) => decoder.push({ data: typeof one === 'string' ? one : JSON.stringify(one) })).slice(1)
  }
  test('N46 N48: what is no event of this kind is a ProtocolError', () => {
    for (const data of [
      '{',
      '[]',
      '3',
      'null',
      '{}',
      '{"type":1}',
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 1, delta: 'x' },
      { type: 'TOOL_CALL_START', toolCallId: 'c' },
      { type: 'TOOL_CALL_CHUNK', delta: '{' },
      { type: 'TOOL_CALL_RESULT', toolCallId: 'c' },
      { type: 'STATE_DELTA', delta: {} },
      { type: 'STATE_DELTA', delta: [{ op: 'add' }] },
      { type: 'MESSAGES_SNAPSHOT', messages: 'x' },
      { type: 'CUSTOM', value: 1 },
      { type: 'STEP_STARTED' },
      { type: 'RUN_ERROR', message: {} },
      { type: 'RUN_FINISHED', outcome: { type: 'interrupt', interrupts: [1] } },
    ])
      expect(() => decode(data)).toThrow(ProtocolError)
  })
  test('N52: nothing follows the end', () => {
    const late = { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'late' }
    expect(decode({ type: 'RUN_ERROR', message: 'gone' }, late, { type: 'RUN_FINISHED' })).toEqual([{ type: 'error', error: 'gone' }])
  })
  test('empty data and [DONE] say nothing', () => expect(decode('', '[DONE]')).toEqual([]))
  test('times that are none are left out', () => {
    for (const timestamp of [1e300, -1e300, 'soon', {}])
      expect(decode({ type: 'STEP_STARTED', stepName: 'a', timestamp })).toEqual([{ type: 'step_started', step_name: 'a' }])
  })
  test('X8: a patch never reaches what objects inherit', () => {
    for (const path of ['/__proto__/bad', '/constructor/prototype/bad', '/a/__proto__/bad', '/list/__proto__/bad', '/__proto__'])
      for (const op of ['add', 'replace', 'copy', 'move', 'remove'])
        decode(
          { type: 'STATE_SNAPSHOT', snapshot: { a: {}, list: [], bad: { bad: 1 } } },
          { type: 'STATE_DELTA', delta: [{ op, path, from: '/bad', value: { bad: true } }] },
        )
    expect([({} as Record<string, unknown>)['bad'], ([] as unknown as Record<string, unknown>)['bad']]).toEqual([undefined, undefined])
  })
  test('a patch changes no state that was told before', () => {
    const events = decode(
      { type: 'STATE_SNAPSHOT', snapshot: { a: { n: 1 }, b: { n: 1 } } },
      { type: 'STATE_DELTA', delta: [{ op: 'replace', path: '/a/n', value: 2 }] },
    )
    expect(events).toMatchObject([{ data: { a: { n: 1 }, b: { n: 1 } } }, { data: { a: { n: 2 }, b: { n: 1 } } }])
  })
  test('X9: copies that double a state again and again are refused', () => {
    const delta = Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '', path: `/k${at}` }))
    expect(decode({ type: 'STATE_DELTA', delta })).toMatchObject([{ name: 'STATE_DELTA' }])
  })
  test('X9: a state as deep as text allows is patched and compared without recursion', () => {
    const depth = 5000
    const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    const patch = `[{"op":"test","path":"","value":${deep}},{"op":"replace","path":"${'/a'.repeat(depth)}","value":2}]`
    const events = decode(`{"type":"STATE_SNAPSHOT","snapshot":${deep}}`, `{"type":"STATE_DELTA","delta":${patch}}`)
    expect(events.map((event) => event['name'])).toEqual(['state', 'state'])
  })
  test.each(['-', '01', '1.0', '-1', '2', 'x', '__proto__'])('a list has no place %s to replace', (key) => {
    const events = decode({ type: 'STATE_SNAPSHOT', snapshot: [1, 2] }, { type: 'STATE_DELTA', delta: [{ op: 'replace', path: `/${key}`, value: 9 }] })
    expect(events.at(-1)).toMatchObject({ name: 'STATE_DELTA' })
  })
})

describe('several runs in one stream, of a server known to send them', () => {
  const toTheEnd = createAgUi({ endsWith: 'stream' })
  const run = (id: string, ...between: object[]): object[] => [
    { type: 'RUN_STARTED', threadId: 't', runId: id },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: `m-${id}`, delta: `Said in ${id}.` },
    ...between,
    { type: 'RUN_FINISHED', threadId: 't', runId: id, usage: [{ inputTokens: 1 }] },
  ]
  const bodyOf = (...events: object[]): Uint8Array => utf8.encode(events.map((event) => sse.encode({ data: JSON.stringify(event) })).join(''))
  const first = run('r-1', { type: 'STATE_SNAPSHOT', snapshot: { n: 1 } })
  const second = run('r-2', { type: 'STATE_DELTA', delta: [{ op: 'replace', path: '/n', value: 2 }] })
  const readAll = (...events: object[]): Reading => readBody(toTheEnd, bodyOf(...events))

  test('are one run, with the messages and the state of both', () => {
    const { events, outcome } = readAll(...first, ...second)
    expect(outcome).toBe('completed')
    expect(events).toMatchObject([
      { type: 'started', run_id: 'r-1' },
      { type: 'token', content: 'Said in r-1.', message_id: 'm-r-1' },
      { name: 'state', data: { n: 1 } },
      { type: 'usage' },
      { type: 'token', content: 'Said in r-2.', message_id: 'm-r-2' },
      { name: 'state', data: { n: 2 } },
      { type: 'usage' },
      { type: 'result', output: 'Said in r-2.', success: true },
      { type: 'completed', success: true },
    ])
  })
  test('cut anywhere, they are completed only where no run is open', () => {
    const whole = bodyOf(...first, ...second)
    const completed = Array.from(whole.keys(), (size) => size + 1).filter((size) => readBody(toTheEnd, whole.subarray(0, size)).outcome === 'completed')
    // A frame that is not whole says nothing: the second run is owed from the end of its first frame on.
    const firstEnds = bodyOf(...first).length
    const secondBegins = bodyOf(...first, ...second.slice(0, 1)).length
    expect(completed).toEqual([...Array.from({ length: secondBegins - firstEnds }, (_, at) => firstEnds + at), whole.length])
  })
  test('a connection that breaks after the first leaves it open whether that was all', () => {
    const stage = pipe(sse.decoder(), toTheEnd.decoder())
    expect(stage.push(bodyOf(...first)).filter(({ type }) => type === 'result' || type === 'completed')).toEqual([])
  })
  test('the last of them tells how they ended, and what is sent between them is refused', () => {
    const failed = { type: 'RUN_ERROR', message: 'gone' }
    expect(readAll(...first, failed).outcome).toBe('failed')
    expect(readAll(failed, ...second).outcome).toBe('completed')
    expect(readAll(...first, { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'late' }).events).toEqual(readAll(...first).events)
  })
  test('read as any other, the first ends at once', () => {
    const { events, outcome } = readBody(agUi, bodyOf(...first, ...second))
    expect([outcome, events.at(-1)?.type, events.filter(({ type }) => type === 'token').length]).toEqual(['completed', 'completed', 1])
  })
})
