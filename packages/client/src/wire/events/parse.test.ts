import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/v4/core'
import { type EventType, eventSchemas, eventTime, ProtocolError, parseEvent } from '../../wire.ts'
import { eventShapes } from './shapes.ts'

const anyMember = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(undefined, null, {}, [], [{}], { function: {} }, [{ function: { name: 1 } }]),
)
const names = Object.keys(eventSchemas) as EventType[] // The keys of a literal.
/** Any event with any of its members wrong, missing or more. */
const anyClaim = fc.constantFrom(...names).chain((type) => {
  const members = Object.keys(eventSchemas[type]._zod.def.shape).filter((name) => name !== 'type')
  return fc.record({ type: fc.constant(type), ...Object.fromEntries([...members, 'extra'].map((name) => [name, anyMember])) }, { requiredKeys: ['type'] })
})

/** What the check demands, as a schema says it. */
function shapeOf({ _zod: { def } }: z.$ZodType): unknown {
  const any = def as z.$ZodTypes['_zod']['def'] // The union of all that zod has, told apart by `type`.
  switch (any.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return any.type
    case 'optional':
    case 'nullable': {
      const inner = shapeOf(any.innerType)
      return inner === undefined || any.type === 'nullable' ? inner : `${inner}?`
    }
    case 'array':
      return [shapeOf(any.element)]
    case 'object':
      return Object.fromEntries(
        Object.entries(any.shape)
          .filter(([name]) => name !== 'type' && name !== 'timestamp')
          .map(([name, member]) => [name, shapeOf(member)])
          .filter(([, shape]) => shape !== undefined),
      )
  }
}

describe('parseEvent', () => {
  test('the table that a page loads is what the schemas say', () => {
    expect(eventShapes).toEqual(Object.fromEntries(Object.entries(eventSchemas).map(([type, schema]) => [type, shapeOf(schema)])))
  })

  test('N48: it accepts exactly what the schemas accept, and changes nothing', () => {
    fc.assert(
      fc.property(anyClaim, (value) => {
        const bySchema = z.safeParse(eventSchemas[value.type], value).success
        let byTable = true
        try {
          expect(parseEvent(value)).toBe(value)
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
          byTable = false
        }
        expect(byTable).toBe(bySchema)
      }),
      { numRuns: 5000 },
    )
  })

  test('N48: what is wrong is told with its place', () => {
    const parse = () => parseEvent({ type: 'tool_calls_ready', timestamp: 1, tool_calls: [{ function: { name: 'f' } }, { index: 'x', function: 2 }] })
    expect(parse).toThrow('timestamp: expected string; tool_calls.1.index: expected number; tool_calls.1.function: expected object')
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
