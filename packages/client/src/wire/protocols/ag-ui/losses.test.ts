/** The loss table is held to its word: event by event, and over whole runs. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyEvent, carry as carryOver, eventOf, json, text, types } from '../../../../test/any-event.ts'
import { type AgentEvent, agUi, agUiLosses, type EventType, effectiveLoopScope, eventTime, isTerminalEvent, sse, watchEnding } from '../../../wire.ts'

const carry = (events: readonly AgentEvent[], size = 4096): AgentEvent[] => carryOver(agUi, events, { framing: sse, size })

const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'
const textOf = (all: readonly AgentEvent[]): string => all.map((event) => (event.type === 'token' && isMain(event) ? event.content : '')).join('')
const outcomeOf = (events: readonly AgentEvent[]): string => {
  const ending = watchEnding()
  events.forEach(ending.see)
  return ending.outcome({ isNumbered: false })
}

/** What begins and ends a run has its own tests below. */
const atTheEdges: readonly EventType[] = ['started', 'result', 'completed', 'error', 'cancelled']
const before: readonly AgentEvent[] = [{ type: 'started' }]
const after: readonly AgentEvent[] = [
  { type: 'iteration_start', iteration: 7 },
  { type: 'result', output: 'Z', success: true },
  { type: 'completed', success: true },
]

/** The same instant, where there is one. */
function inTime<T extends AgentEvent>(event: T): T {
  const { timestamp: _, ...rest } = event
  const time = eventTime(event)
  // What was taken out is optional in every event.
  return { ...rest, ...(time === undefined ? {} : { timestamp: new Date(time).toISOString() }) } as T
}
const withId = (event: Extract<AgentEvent, { type: 'tool_call' | 'tool_result' | 'tool_error' }>, id: string): AgentEvent => ({
  ...event,
  tool_call_id: event.tool_call_id || id,
})

type Change<T extends EventType> = (event: Extract<AgentEvent, { type: T }>) => readonly AgentEvent[]
/** What the table's sentences say, for events in the midst of a run. */
const changes: { readonly [T in EventType]?: Change<T> } = {
  token: (event) => [event.content === '' ? event : { ...inTime(event), message_id: 'x-message-1' }],
  thinking_token: (event) => [event.content === '' ? event : { ...inTime(event), message_id: 'x-reasoning-1' }],
  tool_call_delta(event) {
    const { tool_call: call, arguments_delta: piece, timestamp } = event
    const id = call.id || 'x-call-1'
    const delta = piece ?? call.function.arguments ?? ''
    const begin = inTime<AgentEvent>({
      type: 'tool_call_delta',
      tool_call: { id, function: { name: call.function.name || 'unknown' } },
      arguments_delta: '',
      timestamp,
    })
    const next = inTime<AgentEvent>({ type: 'tool_call_delta', tool_call: { id, function: {} }, arguments_delta: delta, timestamp })
    return delta === '' ? [begin] : [begin, next]
  },
  tool_call: (event) => [withId(inTime(event), 'x-call-1')],
  tool_result: (event) => [withId(inTime(event), 'x-call-1')],
  tool_error: (event) => [withId(inTime(event), 'x-call-1')],
  step_started: (event) => [inTime(event)],
  step_completed: (event) => [event],
  custom: (event) => [inTime(event)],
}

test('every sentence of the table is checked, here or below', () => {
  const told = Object.keys(agUiLosses.events).filter((type) => !(atTheEdges as string[]).includes(type))
  expect(told.sort()).toEqual(Object.keys(changes).sort())
})

test.each(types.filter((type) => !atTheEdges.includes(type)))('%s becomes what the table says', (type) => {
  // One lookup by a key that a loop holds cannot be followed by the types.
  const change = changes[type] as Change<EventType> | undefined
  const whole = carry([...before, ...after])
  fc.assert(
    fc.property(eventOf(type), (event) => {
      const inserted = isMain(event) && change ? change(event) : [event]
      expect(carry([...before, event, ...after])).toEqual([...whole.slice(0, 1), ...inserted, ...whole.slice(1)])
    }),
    { numRuns: 100 },
  )
})

test('N12: any run ends as it ended, with the same text, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 10 }), fc.integer({ min: 1, max: 9 }), (events, size) => {
      const read = carry(events)
      expect(carry(events, size)).toEqual(read)
      const outcome = outcomeOf(events)
      expect(outcomeOf(read)).toBe(outcome === 'truncated' ? 'failed' : outcome)
      const end = events.findIndex((event) => isTerminalEvent(event))
      expect(textOf(read)).toBe(textOf(end === -1 ? events : events.slice(0, end)))
    }),
    { numRuns: 300 },
  )
})

test('N21 N51: the same call has the same id in everything about it, whether it came with one or not', () => {
  const call = (id: string | undefined, index: number) => ({ ...(id ? { id } : {}), index, function: { name: 'tide', arguments: `{"n":${index}}` } })
  const events: AgentEvent[] = [
    { type: 'tool_call_delta', tool_call: call(undefined, 0) },
    { type: 'tool_call_delta', tool_call: call('b', 1) },
    { type: 'tool_call', tool_name: 'tide', parameters: { n: 0 } },
    { type: 'tool_call', tool_name: 'tide', parameters: { n: 2 } },
    { type: 'tool_result', tool_name: 'tide', result: 'first' },
    { type: 'tool_error', tool_name: 'tide', error: 'second' },
    { type: 'tool_result', tool_name: 'chart', result: null },
  ]
  const read = carry(events).filter((event) => ['tool_call', 'tool_result', 'tool_error'].includes(event.type))
  expect(read.map((event) => event['tool_call_id'])).toEqual(['x-call-1', 'b', 'x-call-1', 'b', 'x-call-5'])
  // The second call was told with arguments that are not those of its pieces.
  expect(read[1]).toMatchObject({ parameters: { n: 2 } })
})

test('conversations and encrypted reasoning are read again as they were, whole or odd', () => {
  const odd = fc.oneof(text, json)
  const message = fc.record(
    { id: odd, role: fc.constantFrom('user', 'assistant', 'tool', 'odd'), content: odd, toolCallId: odd, toolCalls: odd },
    { requiredKeys: ['role'] },
  )
  const encrypted = fc.record({ type: fc.constant('REASONING_ENCRYPTED_VALUE'), subtype: fc.constantFrom('message', 'x'), entityId: odd, encryptedValue: odd })
  const sent = fc.oneof(
    fc.record({ name: fc.constant('messages'), data: fc.array(message, { maxLength: 2 }) }),
    fc.record({ name: fc.constant('REASONING_ENCRYPTED_VALUE'), data: encrypted }),
  )
  fc.assert(
    fc.property(sent, (members) => {
      const event: AgentEvent = { type: 'custom', ...members }
      expect(carry([event, ...after])[1]).toEqual(event)
    }),
  )
})

test('a state is told by its patch where that goes on from what was told, else whole', () => {
  const state = (data: unknown, ...patch: object[]): AgentEvent => ({ type: 'custom', name: 'state', data, patch })
  const events = [
    state({ a: 1 }, { op: 'add', path: '/a', value: 1 }),
    state({ a: 2 }, { op: 'replace', path: '/a', value: 2 }),
    state([3], { op: 'replace', path: '/missing', value: 2 }),
    state([3, 4], { op: 'add', path: '/-', value: 4 }),
    state([3, 4, 5], { op: 'add', path: '/-' }),
    state([6], 'no operation' as unknown as object),
  ]
  const encoder = agUi.encoder()
  const sent = events.flatMap((event) => encoder.push({ id: 'x-1', event })).map(({ data }) => JSON.parse(data).type)
  expect(sent.slice(1)).toEqual(['STATE_DELTA', 'STATE_DELTA', 'STATE_SNAPSHOT', 'STATE_DELTA', 'STATE_SNAPSHOT', 'STATE_SNAPSHOT'])
  expect(carry([...events, ...after]).slice(1, 7)).toEqual(events)
})

test('X6: no text of an agent can end a frame, name one or end the run', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('\n', '\r', 'event: x', 'data: ', '{"type":"RUN_FINISHED"}', '}', '"'), { minLength: 1, maxLength: 6 }), (parts) => {
      const read = carry([{ type: 'token', content: parts.join('') }, ...after.slice(1)])
      expect(read).toMatchObject([{ type: 'started' }, { content: parts.join('') }, { type: 'result' }, { type: 'completed' }])
    }),
  )
})

describe('beginnings and ends', () => {
  const mainOf = (type: EventType) => eventOf(type).filter(isMain)

  test('started, errors and stops are kept, with the result before them', () => {
    fc.assert(
      fc.property(mainOf('started'), fc.oneof(mainOf('error'), mainOf('cancelled')), mainOf('result'), (started, end, result) => {
        expect(carry([started, result, end])).toEqual([{ ...inTime(started), thread_id: 'x', run_id: 'x' }, result, inTime(end)])
      }),
    )
  })
  test('a good end keeps result and completed', () => {
    fc.assert(
      fc.property(mainOf('result'), mainOf('completed'), (result, completed) => {
        fc.pre(result['success'] !== false && completed['success'] !== false)
        expect(carry([result, completed]).slice(1)).toEqual([result, { ...inTime(completed), success: true }])
      }),
    )
  })
  test('a result that ends a run is followed by completed, and one is made of the last text where there is none', () => {
    expect(carry([{ type: 'result', output: null }]).slice(1)).toEqual([
      { type: 'result', output: null },
      { type: 'completed', success: true },
    ])
    expect(outcomeOf(carry([{ type: 'token', content: 'a' }]))).toBe('failed')
    expect(carry([{ type: 'token', content: 'a' }, { type: 'completed' }])[2]).toEqual({ type: 'result', output: 'a', success: true })
  })
  test('without success it is an error with the reason', () =>
    expect(carry([{ type: 'result', output: 'a', success: false, reason: 'turns' }, { type: 'completed' }]).slice(1)).toEqual([
      { type: 'error', error: 'turns', code: 'agent' },
    ]))
})
