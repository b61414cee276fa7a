/** The loss tables are held to their word: event by event, and over whole runs. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyEvent, carry as carryOver, eventOf, text, types } from '../../../test/any-event.ts'
import {
  type AgentEvent,
  agenticraft,
  agenticraftLosses,
  agenticraftText,
  agenticraftTextLosses,
  agentor,
  agentorChat,
  agentorLosses,
  type EventType,
  effectiveLoopScope,
  eventTime,
  isTerminalEvent,
  type LossTable,
  type TwoWayProtocol,
  watchEnding,
} from '../../wire.ts'

/** Carried in the protocol's own framing. */
function carry(protocol: TwoWayProtocol, events: readonly AgentEvent[], size?: number): AgentEvent[] {
  const [framing] = protocol.framings ?? []
  return framing ? carryOver(protocol, events, { framing, ...(size === undefined ? {} : { size }) }) : []
}

const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'
const textOf = (all: readonly AgentEvent[]): string => all.map((event) => (event.type === 'token' && isMain(event) ? event.content : '')).join('')
const lineFeeds = (value: string): string => value.replace(/\r\n|\r/g, '\n')

type Changed<T extends EventType = EventType> = (event: Extract<AgentEvent, { type: T }>) => readonly AgentEvent[]
interface Row {
  readonly protocol: TwoWayProtocol
  readonly losses: LossTable
  /** What the table's sentences say, for events in the midst of a run. */
  readonly changes: { readonly [T in EventType]?: Changed<T> }
}

const nothing: readonly AgentEvent[] = []
const chunkToken: Changed<'token'> = (event) => {
  const { metadata } = event
  const keys = typeof metadata === 'object' && metadata && !Array.isArray(metadata) ? Object.keys(metadata) : []
  const isPlain =
    isMain(event) &&
    event.content !== '' &&
    (metadata === undefined || (keys.length > 0 && !keys.some((key) => ['agent_event', 'event_type', 'type'].includes(key)))) &&
    Object.keys(event).every((key) => ['type', 'content', 'metadata', 'timestamp'].includes(key))
  if (!isPlain) return [event]
  const { timestamp, ...rest } = event
  const time = eventTime({ timestamp })
  return [time === undefined ? rest : { ...rest, timestamp: new Date(time).toISOString() }]
}
const toText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const agentorChanges: Row['changes'] = {
  token: (event) => (isMain(event) && event.content !== '' ? [{ type: 'token', content: event.content }] : nothing),
  thinking_token: (event) => (isMain(event) && !['', '[]'].includes(event.content) ? [{ type: 'thinking_token', content: event.content }] : nothing),
  tool_call: (event) =>
    isMain(event) ? [{ type: 'tool_call', tool_name: event.operation ? `${event.tool_name}_${event.operation}` : event.tool_name }] : nothing,
  tool_result: (event) => {
    const result = toText(event.result)
    if (!isMain(event)) return nothing
    if (event.success === false) return [{ type: 'tool_error', tool_name: event.tool_name, error: result }]
    if (result.startsWith('Error: ')) return [{ type: 'tool_error', tool_name: event.tool_name, error: result.slice(7) }]
    return [{ type: 'tool_result', tool_name: event.tool_name, result }]
  },
  tool_error: (event) => (isMain(event) ? [{ type: 'tool_error', tool_name: event.tool_name, error: event.error }] : nothing),
}
const rows: readonly Row[] = [
  { protocol: agenticraft, losses: agenticraftLosses, changes: { token: chunkToken } },
  {
    protocol: agenticraftText,
    losses: agenticraftTextLosses,
    changes: { token: (event) => (isMain(event) && event.content !== '' ? [{ type: 'token', content: lineFeeds(event.content) }] : nothing) },
  },
  { protocol: agentor, losses: agentorLosses, changes: agentorChanges },
  { protocol: agentorChat, losses: agentorLosses, changes: agentorChanges },
]

/** What begins and ends a run has its own tests below. */
const atTheEdges: readonly EventType[] = ['started', 'result', 'completed', 'error', 'cancelled']
const before: readonly AgentEvent[] = [{ type: 'started' }]
// A tool of its own keeps the event apart from the answer.
const after: readonly AgentEvent[] = [
  { type: 'tool_call', tool_name: 'probe', parameters: {}, tool_call_id: 'p' },
  { type: 'tool_result', tool_name: 'probe', result: 'ok', tool_call_id: 'p' },
  { type: 'token', content: 'Z' },
  { type: 'result', output: 'Z', success: true },
  { type: 'completed', success: true },
]
/** Ids are made anew where there is no place for them, and a made result is the sum of the text: neither is this test's subject. */
function comparable(events: readonly AgentEvent[], losses: LossTable): unknown[] {
  return events.map((event) => {
    if (losses === agenticraftTextLosses && event.type === 'result') return { ...event, output: '' }
    if (losses !== agentorLosses || !('tool_call_id' in event)) return event
    const { tool_call_id, ...rest } = event
    return rest
  })
}

describe.each(rows)('$protocol.name', ({ protocol, losses, changes }) => {
  test('every sentence of the table is checked, here or below', () => {
    const told = Object.entries(losses.events).filter(([, fate]) => fate !== 'kept' && fate !== 'lost')
    expect(
      told
        .map(([type]) => type)
        .filter((type) => !(atTheEdges as string[]).includes(type))
        .sort(),
    ).toEqual(Object.keys(changes).sort())
  })

  test.each(types.filter((type) => !atTheEdges.includes(type)))('%s becomes what the table says', (type) => {
    const fate = losses.events[type] ?? losses.others
    // One lookup by a key that a loop holds cannot be followed by the types.
    const change = changes[type] as Changed | undefined
    const whole = carry(protocol, [...before, ...after])
    fc.assert(
      fc.property(eventOf(type), (event) => {
        const inserted = fate === 'kept' ? [event] : fate === 'lost' ? [] : (change?.(event) ?? [])
        const expected = [...whole.slice(0, 1), ...inserted, ...whole.slice(1)]
        expect(comparable(carry(protocol, [...before, event, ...after]), losses)).toEqual(comparable(expected, losses))
      }),
      { numRuns: 60 },
    )
  })

  const outcomeOf = (events: readonly AgentEvent[]): string => {
    const ending = watchEnding()
    events.forEach(ending.see)
    return ending.outcome({ isNumbered: false })
  }
  /** Without words for it, a stop is a failure; and an end without a terminal event would be a good one. */
  const becomes = (outcome: string): string => {
    if (losses === agentorLosses) return outcome
    if (outcome === 'truncated') return 'failed'
    return outcome === 'cancelled' && losses === agenticraftTextLosses ? 'failed' : outcome
  }

  test('N12: any run ends as it ended, with the same text, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (events, size) => {
        const read = carry(protocol, events)
        expect(carry(protocol, events, size)).toEqual(read)
        expect(outcomeOf(read)).toBe(becomes(outcomeOf(events)))
        const end = events.findIndex((event) => isTerminalEvent(event))
        const said = textOf(end === -1 ? events : events.slice(0, end))
        // A run that said nothing since its last tool tells its output as text.
        if (losses === agentorLosses) expect(textOf(read).startsWith(said)).toBe(true)
        else expect(lineFeeds(textOf(read))).toBe(lineFeeds(said))
      }),
      { numRuns: 300 },
    )
  })

  test('X6: no text of an agent can end a frame, name one or end the run', () => {
    const nasty = fc.constantFrom('\n', '\r', 'event: error', 'data: ', 'id: x-1', '{"error":"x"}', '}', '"', 'Error: ')
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 6 }), (parts) => {
        const content = parts.join('')
        const read = carry(protocol, [{ type: 'token', content }, ...after.slice(3)])
        expect(read.map(({ type }) => type)).toEqual(['started', 'token', 'result', 'completed'])
      }),
    )
  })
})

describe('beginnings and ends', () => {
  const withoutScope = (type: EventType) => eventOf(type).filter(isMain)
  const pair = fc.tuple(withoutScope('result'), withoutScope('completed'))
  const last = (protocol: TwoWayProtocol, ...events: AgentEvent[]): AgentEvent | undefined => carry(protocol, events).at(-1)

  test('chunks: started, result, errors and stops are kept as they are', () => {
    fc.assert(
      fc.property(withoutScope('started'), fc.oneof(withoutScope('error'), withoutScope('cancelled')), withoutScope('result'), (started, end, result) => {
        expect(carry(agenticraft, [started, result, end])).toEqual([started, result, end])
      }),
    )
  })
  test('chunks: completed keeps its time; without success it is an error', () => {
    fc.assert(
      fc.property(pair, ([result, completed]) => {
        if (result.type !== 'result' || completed.type !== 'completed') return
        const end = carry(agenticraft, [result, completed]).slice(1)
        expect(end[0]).toEqual(result)
        if (result.success === false || completed.success === false) {
          expect(end[1]).toMatchObject({ type: 'error' })
          return
        }
        const time = eventTime(completed)
        expect(end[1]).toEqual({
          type: 'completed',
          success: true,
          ...(completed.execution_time == null ? {} : { execution_time: completed.execution_time }),
          ...(time === undefined ? {} : { timestamp: new Date(time).toISOString() }),
        })
      }),
    )
  })
  test.each([agenticraftText, agentor, agentorChat])('$name: a result that was no success is an error with its reason, not an answer', (protocol) => {
    expect(
      last(protocol, { type: 'token', content: 'a' }, { type: 'result', output: 'a', success: false, reason: 'turns' }, { type: 'completed', success: false }),
    ).toMatchObject({ type: 'error', error: 'turns' })
  })
  test.each([agenticraftText, agentor, agentorChat])('$name: errors keep their text', (protocol) => {
    fc.assert(
      fc.property(text, (error) => {
        expect(last(protocol, { type: 'error', error })).toMatchObject({ type: 'error', error: protocol === agenticraftText ? lineFeeds(error) : error })
      }),
    )
  })
  test('a stop is a stop for Agentor, and an error with its reason in bare text', () => {
    expect(last(agentor, { type: 'cancelled', reason: 'enough' })).toEqual({ type: 'cancelled', reason: 'enough' })
    expect(last(agenticraftText, { type: 'cancelled', reason: 'enough' })).toEqual({ type: 'error', error: 'enough' })
  })
})
