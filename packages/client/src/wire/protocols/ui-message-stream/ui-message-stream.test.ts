import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../../test/reading.ts'
import { type AgentEvent, isAgentStreamError, ProtocolError, uiMessageStream } from '../../../wire.ts'
import { createReadings } from './decode.ts'

const folder = new URL('../../../../conformance/ui-message-stream/', import.meta.url)
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.sse'))
  .map((name) => name.slice(0, -4))
  .sort()
const body = (name: string): string => readFileSync(new URL(`${name}.sse`, folder), 'utf8')
/** The events a transcript must become, as reviewed data. */
const expected = (name: string): AgentEvent[] =>
  readFileSync(new URL(`events/${name}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const plain = (events: readonly AgentEvent[]): unknown => JSON.parse(JSON.stringify(events))
const utf8 = new TextEncoder()

const readText = (text: string | Uint8Array, size?: number) => readBody(uiMessageStream, text, size === undefined ? {} : { size })

const outcomes: Readonly<Record<string, string>> = {
  '08-error-mid-text': 'failed',
  '09-error-then-finish': 'failed',
  '10-abort-mid-tool': 'cancelled',
  '11-abort-without-reason': 'cancelled',
  '15-by-hand-left-open': 'truncated',
  '16-interrupted': 'truncated',
  '18-finish-with-error-only': 'failed',
  '28-empty': 'truncated',
}

describe.each(names)('%s', (name) => {
  const text = body(name)

  test('becomes these events', () => expect(plain(readText(text).events)).toEqual(expected(name)))
  test('ends as it should', () => expect(readText(text).outcome).toBe(outcomes[name] ?? 'completed'))
  test('N12 N36 N37: any cut, line end, byte order mark and comment gives the same events', () => {
    const whole = readText(text)
    for (const end of ['\n', '\r\n', '\r'])
      for (const size of [1, 3]) expect(readText(`\uFEFF: ping${end}${end}${text.replaceAll('\n', end)}`, size)).toEqual(whole)
  })
  test('N1 N3 N4: cut at every byte it never ends completed before its last word was whole', () => {
    const bytes = utf8.encode(text)
    const frames = text.split('\n\n')
    const last = frames.findIndex((frame) => frame.startsWith('data: {"type":"finish"'))
    const end = utf8.encode(frames.slice(0, last < 0 ? frames.length : last + 1).join('\n\n')).length + (last < 0 ? 0 : 2)
    for (let at = 0; at < end; at++) expect([at, readText(bytes.subarray(0, at)).outcome]).not.toEqual([at, 'completed'])
  })
})

test('there are 29 transcripts, and every chunk is in one of them', () => {
  expect(names).toHaveLength(29)
  const all = names.map(body).join('')
  const types = [...createReadings().byType.keys()]
  expect(types).toHaveLength(28)
  for (const type of types) expect([type, all.includes(`{"type":"${type}"`)]).toEqual([type, true])
})

describe('odd chunks', () => {
  const decode = (...data: (object | string)[]): AgentEvent[] => {
    const decoder = uiMessageStream.decoder()
    return data.flatMap((one) => decoder.push({ data: typeof one === 'string' ? one : JSON.stringify(one) }))
  }
  test('N46 N48: what is no chunk is a ProtocolError with a short excerpt', () => {
    for (const data of [
      '{',
      '[]',
      '3',
      'null',
      '{}',
      '{"type":1}',
      { type: 'text-delta', id: '0' },
      { type: 'text-delta', id: 0, delta: 'x' },
      { type: 'error' },
      { type: 'tool-input-available', toolCallId: 'a', padding: 'x'.repeat(999) },
      { type: 'tool-approval-response', approvalId: 'a', approved: 'yes' },
      { type: 'data-agent-event', data: { type: 'token' } },
    ]) {
      expect(() => decode(data)).toThrow(ProtocolError)
      try {
        decode(data)
      } catch (error) {
        expect(isAgentStreamError(error) && 'excerpt' in error && String(error.excerpt).length).toBeLessThanOrEqual(200)
      }
    }
  })
  test('optional members of a wrong kind are passed over', () => {
    expect(decode({ type: 'start', messageId: 7 }, { type: 'abort', reason: {} })).toEqual([{ type: 'started' }, { type: 'cancelled' }])
    expect(decode({ type: 'data-x', data: 1, id: 4, transient: 'no' }).at(-1)).toEqual({ type: 'custom', name: 'x', data: 1 })
  })
  test('N52: nothing follows the last word, not even another one', () => {
    for (const last of [{ type: 'finish' }, { type: 'finish', finishReason: 'interrupted' }, { type: 'error', errorText: 'x' }, { type: 'abort' }]) {
      const before = decode({ type: 'start' }, last)
      expect(decode({ type: 'start' }, last, { type: 'text-delta', id: '0', delta: 'late' }, '{', { type: 'finish' }, '[DONE]')).toEqual(before)
    }
  })
  test('a run is ended by its chunk only, never by an event that is carried', () => {
    for (const data of [{ type: 'completed', success: true }, { type: 'error', error: 'x' }, { type: 'cancelled' }])
      expect(() => decode({ type: 'data-agent-event', data })).toThrow(ProtocolError)
  })
  test('an answer of data alone is one, where its stream is closed in order', () => {
    const data = { type: 'data-weather', data: 'sunny' }
    expect(decode(data, '[DONE]').at(-1)).toEqual({ type: 'completed', success: true })
    expect(decode(data).at(-1)).toEqual({ type: 'custom', name: 'weather', data: 'sunny' })
    expect(decode({ type: 'start', messageMetadata: { model: 'm' } }, '[DONE]').at(-1)).toMatchObject({ type: 'custom' })
  })
  test('[DONE] alone, with an open step or with half a tool call is no end', () => {
    const half = { type: 'tool-input-start', toolCallId: 'a', toolName: 'tide' }
    for (const chunks of [
      [],
      [{ type: 'start-step' }],
      [half],
      [
        { type: 'text-start', id: 'a' },
        { type: 'text-delta', id: 'a', delta: 'x' },
      ],
    ])
      expect(decode(...chunks, '[DONE]').filter(({ type }) => type === 'completed' || type === 'result')).toEqual([])
  })
})
