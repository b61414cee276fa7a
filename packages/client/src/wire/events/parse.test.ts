import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeParse } from 'zod/v4/core'
import { eventSchemas, eventTime, ProtocolError, parseEvent, parseJson } from '../../wire.ts'

const member = fc.oneof(fc.string(), fc.constant(undefined), fc.constant(null), fc.boolean(), fc.integer(), fc.constant({}))
const tokenLike = fc.record(
  {
    type: fc.constantFrom('token' as const, 'thinking_token' as const),
    content: member,
    timestamp: member,
    is_fallback: member,
    metadata: member,
    loop_scope: member,
    extra: member,
  },
  { requiredKeys: ['type'] },
)

describe('parseEvent', () => {
  test('N48: the hand-written check of tokens accepts exactly what the schemas accept', () => {
    fc.assert(
      fc.property(tokenLike, (value) => {
        const bySchema = safeParse(eventSchemas[value.type], value).success
        let byHand = true
        try {
          expect(parseEvent(value)).toMatchObject(value)
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
          byHand = false
        }
        expect(byHand).toBe(bySchema)
      }),
      { numRuns: 2000 },
    )
  })

  test('N48: anything at all gives an event or a ProtocolError', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          expect(typeof parseEvent(value).type).toBe('string')
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
    )
  })

  test('an excerpt never exceeds 200 characters', () => {
    const parse = () => parseEvent({ type: 'token', content: 1, padding: 'x'.repeat(5000) })
    expect(parse).toThrow(ProtocolError)
    try {
      parse()
    } catch (error) {
      expect((error as ProtocolError).excerpt.length).toBeLessThanOrEqual(200)
    }
  })
})

describe('parseJson', () => {
  test("reads Python's NaN and Infinity as null, outside of texts only", () => {
    expect(parseJson('{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN \\" Infinity"}')).toEqual({ a: null, b: [null, null], c: 'NaN " Infinity' })
  })
  test('X9: hostile text takes linear time (a quadratic pattern would not end within the test)', () => {
    expect(() => parseJson(`${'"\\'.repeat(300_000)}NaN`)).toThrow(ProtocolError)
  })
})

describe('eventTime', () => {
  test.each([
    ['2026-03-04T09:15:00.125000', '2026-03-04T09:15:00.125Z'],
    ['2026-03-04T09:15:00', '2026-03-04T09:15:00.000Z'],
    ['2026-03-04T09:15:00.125000+00:00', '2026-03-04T09:15:00.125Z'],
    ['2026-03-04T10:15:00+01:00', '2026-03-04T09:15:00.000Z'],
    ['2026-03-04T09:15:00Z', '2026-03-04T09:15:00.000Z'],
  ])('reads %s as UTC where no zone is told', (timestamp, iso) => expect(new Date(eventTime({ timestamp }) ?? 0).toISOString()).toBe(iso))
  test.each([undefined, null, '', 'yesterday'])('%j is no time', (timestamp) => expect(eventTime({ timestamp })).toBeUndefined())
})
