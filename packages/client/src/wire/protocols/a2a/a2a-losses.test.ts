/** The loss table is held to its word: one event of every kind anywhere in a run, and whole runs, in either version. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { $ZodType } from 'zod/v4/core'
import { carry } from '../../../../test/any-event.ts'
import { isTerminalEvent, watchEnding } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import { type AgentEvent, type EventType, eventSchemas } from '../../events/vocabulary.ts'
import { sse } from '../../frames/sse.ts'
import { pipe } from '../../stage.ts'
import { a2a, a2aV1 } from './a2a.ts'
import { a2aLosses } from './losses.ts'

const utf8 = new TextEncoder()
const json = fc.jsonValue({ depthSize: 'small' }).map((value): unknown => JSON.parse(JSON.stringify(value)))
const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('', 'AAEC', 'a\nb', '\r\n', 'data: x', '{"a":1}', '🌊', '2026-03-04T09:15:00.125000'))
const scope = fc.constantFrom({ kind: 'main' }, { kind: 'dawp', run_id: 'dawp-1' }, null)

/** Whatever fits a schema of the vocabulary, from the schema itself. */
function fitting(schema: $ZodType): fc.Arbitrary<unknown> {
  // The core's base class does not say which definition it has; every schema of the vocabulary is one of these.
  const { def } = schema._zod as unknown as {
    def: { type: string; innerType: $ZodType; element: $ZodType; values: unknown[]; shape: Record<string, $ZodType> }
  }
  switch (def.type) {
    case 'string':
      return text
    case 'number':
      return fc.integer({ min: 0, max: 99 })
    case 'boolean':
      return fc.boolean()
    case 'literal':
      return fc.constantFrom(...def.values)
    case 'nullable':
      return fc.option(fitting(def.innerType))
    case 'optional':
      return fitting(def.innerType)
    case 'array':
      return fc.array(fitting(def.element), { maxLength: 2 })
    case 'object': {
      const members = Object.entries(def.shape).filter(([name]) => name !== 'loop_scope')
      const isOptional = (member: $ZodType): boolean => ['optional', 'unknown'].includes(member._zod.def.type)
      const requiredKeys = members.filter(([, member]) => !isOptional(member)).map(([name]) => name)
      const model: Record<string, fc.Arbitrary<unknown>> = { ...Object.fromEntries(members.map(([name, member]) => [name, fitting(member)])), more: json }
      return fc.record(model, { requiredKeys })
    }
    default:
      return json
  }
}

function eventOf(type: EventType): fc.Arbitrary<AgentEvent> {
  // Unknown data may be absent for a schema, and is there in every custom event.
  const data: Record<string, fc.Arbitrary<unknown>> = type === 'custom' ? { data: json } : {}
  return fc
    .tuple(fitting(eventSchemas[type]), fc.record(data), fc.record({ loop_scope: scope }, { requiredKeys: [] }))
    .map(([members, ...others]) => parseEvent(Object.assign({}, members, ...others)))
}

const types = Object.keys(eventSchemas) as EventType[]
const anyEvent = fc.oneof(
  ...types.map((type) => ({ arbitrary: eventOf(type), weight: type === 'error' || type === 'cancelled' || type === 'completed' ? 1 : 4 })),
)
const outcomeOf = (events: readonly AgentEvent[]): string => {
  const ending = watchEnding()
  events.forEach(ending.see)
  return ending.outcome({ isNumbered: false })
}
/** A run as the table says it is read again. */
function told(events: readonly AgentEvent[]): readonly AgentEvent[] {
  const end = events.findIndex(isTerminalEvent)
  if (end !== -1) return events.slice(0, end + 1)
  const outcome = outcomeOf(events)
  return outcome === 'truncated' ? events : [...events, { type: 'completed', success: outcome === 'completed' }]
}
const after: readonly AgentEvent[] = [
  { type: 'token', content: 'Z' },
  { type: 'result', output: 'Z', success: true },
  { type: 'completed', success: true },
]

test('the table has one sentence, which the runs below check', () =>
  expect(a2aLosses).toMatchObject({ others: 'kept', events: { completed: expect.any(String) } }))

describe.each([a2a, a2aV1])('$name', (protocol) => {
  test.each(types)('%s is kept', (type) => {
    fc.assert(
      fc.property(eventOf(type), (event) => {
        for (const run of [
          [event, ...after],
          [{ type: 'token', content: 'a' } as const, event, ...after],
        ])
          expect(carry(protocol, run, { framing: sse })).toEqual(told(run))
      }),
      { numRuns: 30 },
    )
  })
  test('N12: any run is read as it was and ends as it ended, however it is split', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (events, size) => {
        const read = carry(protocol, events, { framing: sse, size })
        expect(read).toEqual(told(events))
        expect(outcomeOf(read)).toBe(outcomeOf(events))
      }),
      { numRuns: 200 },
    )
  })
  test('X6: no text of an agent can end a frame, name one or end the run', () => {
    const nasty = fc.constantFrom('\n', '\r', 'event: error', 'data: ', 'id: x-1', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}', '"', '\u2028')
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 6 }), (parts) => {
        const run: AgentEvent[] = [{ type: 'token', content: parts.join('') }, ...after]
        expect(carry(protocol, run, { framing: sse })).toEqual(run)
      }),
    )
  })
  test('N1 N3: a written run that is cut at any byte has not completed before its last status', () => {
    const run: AgentEvent[] = [{ type: 'started' }, { type: 'tool_call', tool_name: 'tide', parameters: {}, tool_call_id: 'c' }, ...after]
    const encoder = protocol.encoder()
    const frames = run.flatMap((event) => encoder.push({ id: 'x-1', event })).map(sse.encode)
    const bytes = utf8.encode(frames.join(''))
    for (let at = 0; at < bytes.length - 1; at++) {
      const stage = pipe(sse.decoder(), protocol.decoder())
      const seen = [...stage.push(bytes.subarray(0, at))]
      expect([at, seen.some(isTerminalEvent)]).toEqual([at, false])
    }
  })
})
