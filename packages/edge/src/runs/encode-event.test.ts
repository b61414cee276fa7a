import type { AgentEvent } from '@agentstream/client/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeEvent } from './encode-event.ts'

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

describe('the text of an event', () => {
  test('is that of JSON.stringify, whatever a token says and when', () => {
    fc.assert(
      fc.property(anyText, anyText, (content, timestamp) => {
        const event: AgentEvent = { type: 'token', content, timestamp }
        expect(encodeEvent(event)).toBe(JSON.stringify(event))
      }),
    )
  })

  test('is that of JSON.stringify, whatever a token carries, in which order', () => {
    const isSame = fc.property(tokenLike, (event) => {
      expect(encodeEvent(event as unknown as AgentEvent)).toBe(JSON.stringify(event))
    })
    fc.assert(isSame, { numRuns: 500 })
  })

  test('is that of JSON.stringify for what is no plain object', () => {
    const token: AgentEvent = { type: 'token', content: 'a', timestamp: 't' }
    const hidden: AgentEvent = Object.defineProperty({ ...token }, 'content', { enumerable: false })
    const told: AgentEvent = Object.assign(Object.create({ toJSON: () => ({ type: 'token', content: 'b' }) }), token)
    const inherited: AgentEvent = Object.assign(Object.create({ timestamp: 't' }), { type: 'token', content: 'a' })
    const own: AgentEvent = Object.defineProperty({ ...token }, 'toJSON', { value: () => ({ said: 'otherwise' }), enumerable: false })
    for (const event of [token, hidden, told, inherited, own]) expect(encodeEvent(event)).toBe(JSON.stringify(event))
  })

  test('is refused for what is no event, and for what JSON cannot carry', () => {
    const circular: Record<string, unknown> = { type: 'token', content: 'a' }
    circular['timestamp'] = circular
    for (const event of [undefined, null, 'token', { content: 'a' }, { type: 7 }])
      expect(() => encodeEvent(event as unknown as AgentEvent)).toThrow('not an event')
    for (const event of [circular, { type: 'token', content: 1n }]) expect(() => encodeEvent(event as unknown as AgentEvent)).toThrow('cannot carry')
  })
})
