import { type AgentEvent, emptyDigest, extendDigest } from '@agentstream/client/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEventEncoder, encodeEvent } from './encode-event.ts'

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('"', '\\', '\n', '\u2028', '\ud83d', '\ude00', '\u007f', '\0', '😀'))
const anyValue = fc.oneof(anyText, fc.jsonValue(), fc.constant(undefined))

/** Members in any order, any of them missing, others among them. */
const tokenLike = fc
  .uniqueArray(
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constantFrom('content', 'timestamp'), fc.oneof(anyText, anyValue)) },
      fc.tuple(fc.oneof(fc.constantFrom('loop_scope', 'is_fallback', '0'), fc.string()), anyValue),
    ),
    { selector: ([name]) => name },
  )
  .chain((members) => fc.shuffledSubarray([['type', 'token'] as const, ...members], { minLength: 1 }))
  .map((members) => Object.fromEntries(members))
  .filter(({ type }) => type === 'token')

const expectSame = (events: readonly AgentEvent[], encoder = createEventEncoder()): void => {
  let digest = emptyDigest
  for (const event of events) {
    const text = JSON.stringify(event)
    expect([encodeEvent(event), encoder.encode(event)]).toEqual([text, text])
    const next = extendDigest(digest, text)
    expect(encoder.extend(digest)).toBe(next)
    digest = next
  }
}

describe('the text of an event, and its digest', () => {
  test('are those of JSON.stringify, whatever tokens say and when', () => {
    const tokens = fc.tuple(
      anyText,
      fc.oneof(
        anyText,
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
    )
    fc.assert(
      fc.property(fc.array(tokens), (said) => {
        expectSame(said.map(([content, timestamp]) => ({ type: 'token', content, timestamp })))
      }),
    )
  })

  test('are those of JSON.stringify, however often the same minute is told', () => {
    const encoder = createEventEncoder()
    for (const minute of ['2026-03-04T09:15', '2026-03-04T09:16', '+010000-01-01T00:00', 'now', '', '"', 'Mittwoch, 9 Uhr: Frühstück'])
      expectSame(
        Array.from({ length: 1_000 }, (_, at) => ({ type: 'token', content: `word ${at}`, timestamp: `${minute}${at % 3 === 0 ? '' : `:00.${at}Z`}` })),
        encoder,
      )
  })

  test('are those of JSON.stringify, whatever a token carries, in which order', () => {
    const isSame = fc.property(fc.array(tokenLike), (events) => {
      expectSame(events as unknown as readonly AgentEvent[])
    })
    fc.assert(isSame, { numRuns: 300 })
  })

  test('are those of JSON.stringify for what is no plain object', () => {
    const token: AgentEvent = { type: 'token', content: 'a', timestamp: 't' }
    const hidden: AgentEvent = Object.defineProperty({ ...token }, 'content', { enumerable: false })
    const told: AgentEvent = Object.assign(Object.create({ toJSON: () => ({ type: 'token', content: 'b' }) }), token)
    const inherited: AgentEvent = Object.assign(Object.create({ timestamp: 't' }), { type: 'token', content: 'a' })
    const own: AgentEvent = Object.defineProperty({ ...token }, 'toJSON', { value: () => ({ type: 'token', content: 'c' }), enumerable: false })
    const bare: AgentEvent = Object.assign(Object.create(null), token)
    expectSame([token, hidden, told, inherited, own, bare, token])
  })

  test('are refused for what is no event, and for what JSON cannot carry', () => {
    const circular: Record<string, unknown> = { type: 'token', content: 'a' }
    circular['timestamp'] = circular
    for (const encode of [encodeEvent, createEventEncoder().encode]) {
      for (const event of [undefined, null, 'token', { content: 'a' }, { type: 7 }])
        expect(() => encode(event as unknown as AgentEvent)).toThrow('not an event')
      for (const event of [circular, { type: 'token', content: 1n }]) expect(() => encode(event as unknown as AgentEvent)).toThrow('cannot carry')
    }
  })
})
