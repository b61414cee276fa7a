/** The loss table is held to its word, event by event and over whole runs; and the official schema takes whatever is written. */
import { readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema } from 'ai'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyEvent, carry as carryOver, eventOf, types } from '../../../../test/any-event.ts'
import {
  type AgentEvent,
  type EventType,
  effectiveLoopScope,
  isTerminalEvent,
  uiMessageStreamLosses as losses,
  sse,
  uiMessageStream,
  watchEnding,
} from '../../../wire.ts'

function written(events: readonly AgentEvent[]): string[] {
  const encoder = uiMessageStream.encoder()
  return [...events.flatMap((event) => encoder.push({ id: 'x-1', event })), ...encoder.end()].map(({ data }) => data)
}

const carry = (events: readonly AgentEvent[], size?: number): AgentEvent[] =>
  carryOver(uiMessageStream, events, { framing: sse, ...(size === undefined ? {} : { size }) })

const ends: readonly EventType[] = ['completed', 'error', 'cancelled']
const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'
const textOf = (all: readonly AgentEvent[]): string => all.map((event) => (event.type === 'token' && isMain(event) ? event.content : '')).join('')

/** What the table's sentences say of an event of the main loop, in the midst of a run. */
type Changes = { readonly [T in EventType]?: (event: Extract<AgentEvent, { type: T }>) => readonly AgentEvent[] }
type About = { tool_name: string; tool_call_id?: string | null | undefined }

const about = (event: About) => ({ tool_name: event.tool_name, tool_call_id: event.tool_call_id ?? 'call-1' })
const made = (event: About, parameters: unknown = {}): AgentEvent => ({ type: 'tool_call', ...about(event), parameters: parameters ?? {} })
const inputOf = (args: string | null | undefined): unknown => {
  try {
    return JSON.parse(args || '{}') ?? {}
  } catch {
    return args
  }
}
const changes: Changes = {
  iteration_start: ({ type }) => [{ type, iteration: 1 }],
  token: ({ type, content }) => (content === '' ? [] : [{ type, content }]),
  thinking_token: ({ type, content }) => (content === '' ? [] : [{ type, content }]),
  tool_call_delta({ type, tool_call: model, arguments_delta: delta }) {
    const { name: toolName, arguments: whole } = model.function
    const part = { type, tool_call: { id: model.id ?? 'call-1', function: toolName ? { name: toolName } : {} } } as const
    const added = delta ?? whole ?? ''
    return [{ ...part, arguments_delta: '' }, ...(added === '' ? [] : [{ ...part, arguments_delta: added }])]
  },
  tool_calls_ready({ tool_calls: all }) {
    const seen = new Set<string>()
    let count = 0
    return all.flatMap(({ id: stated, function: { name: toolName, arguments: args } }): AgentEvent[] => {
      const id = stated ?? `call-${++count}`
      if (seen.has(id)) return []
      seen.add(id)
      return [{ type: 'tool_call', tool_name: toolName ?? 'unknown', tool_call_id: id, parameters: inputOf(args) }]
    })
  },
  tool_call: (event) => [made({ ...event, tool_name: event.operation ? `${event.tool_name}_${event.operation}` : event.tool_name }, event.parameters)],
  tool_progress: (event) =>
    event.data == null || event.progress != null || event.message != null
      ? [event]
      : [made(event), { type: 'tool_progress', ...about(event), data: event.data }],
  tool_result(event) {
    const { result } = event
    if (event.success !== false) return [made(event), { type: 'tool_result', ...about(event), result }]
    return [made(event), { type: 'tool_error', ...about(event), error: typeof result === 'string' ? result : JSON.stringify(result) }]
  },
  tool_error: (event) => [made(event), { type: 'tool_error', ...about(event), error: event.error }],
  approval_request: (event) => [
    made(event, event.parameters),
    { type: 'approval_request', approval_id: event.approval_id, ...about(event), parameters: event.parameters ?? {} },
  ],
  approval_response: (event) => [event],
  source(event) {
    const { type, source_id, url, title } = event
    const named = { type, source_id, ...(title == null ? {} : { title }) }
    if (url != null) return [{ ...named, url }]
    const { media_type, name: fileName } = event
    return title == null || media_type == null ? [event] : [{ ...named, media_type, ...(fileName == null ? {} : { name: fileName }) }]
  },
  file(event) {
    const { type, media_type, url, data } = event
    if (url != null) return [{ type, media_type, url }]
    return data == null ? [event] : [{ type, media_type, data }]
  },
  custom(event) {
    const { type, name: part, data, id, transient } = event
    if (part === 'agent-event') return [event]
    if (part === 'message-metadata' && typeof data === 'object' && data && !Array.isArray(data)) return [{ type, name: part, data }]
    return [{ type, name: part, data, ...(id === undefined ? {} : { id }), ...(transient === true ? { transient } : {}) }]
  },
}

/** What begins and ends a run has its own tests below. */
const atTheEdges: readonly EventType[] = ['started', 'result', ...ends]
const before: readonly AgentEvent[] = [{ type: 'started' }]
const after: readonly AgentEvent[] = [
  { type: 'tool_call', tool_name: 'probe', parameters: {}, tool_call_id: 'p' },
  { type: 'tool_result', tool_name: 'probe', result: 'ok', tool_call_id: 'p' },
  { type: 'token', content: 'Z' },
  { type: 'result', output: 'Z', success: true },
  { type: 'completed', success: true },
]

/** A run that does not count its rounds gets a step where the model speaks after its tools. */
const uncounted: readonly AgentEvent[] = [...after.slice(0, 2), { type: 'iteration_start', iteration: 1 }, ...after.slice(2)]

test('every sentence of the table is checked, here or below', () => {
  expect(Object.keys(losses.events).sort()).toEqual([...Object.keys(changes), ...atTheEdges].sort())
  expect(losses.others).toBe('kept')
})

test.each(types.filter((type) => !atTheEdges.includes(type)))('%s becomes what the table says', (type) => {
  // One lookup by a key that a loop holds cannot be followed by the types.
  const change = changes[type] as ((event: AgentEvent) => readonly AgentEvent[]) | undefined
  expect(carry([...before, ...after])).toEqual([...before, ...uncounted])
  fc.assert(
    fc.property(eventOf(type), (event) => {
      const inserted = change && isMain(event) ? change(event) : [event]
      const rest = type === 'iteration_start' && isMain(event) ? after : uncounted
      expect(carry([...before, event, ...after])).toEqual([...before, ...inserted, ...rest])
    }),
    { numRuns: 100 },
  )
})

describe('whole runs', () => {
  const outcomeOf = (events: readonly AgentEvent[]): string => {
    const ending = watchEnding()
    events.forEach(ending.see)
    return ending.outcome({ isNumbered: false })
  }

  test('N12: any run ends as it ended, with the same text, however it is cut; and the official schema takes all of it', async () => {
    const schema = uiMessageChunkSchema()
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 10 }), fc.integer({ min: 1, max: 9 }), async (events, size) => {
        const read = carry(events)
        expect(carry(events, size)).toEqual(read)
        expect(outcomeOf(read)).toBe(outcomeOf(events))
        const end = events.findIndex((event) => isTerminalEvent(event))
        expect(textOf(read)).toBe(textOf(end === -1 ? events : events.slice(0, end)))
        const chunks = written(events)
        expect(chunks.at(-1)).toBe('[DONE]')
        for (const chunk of chunks.slice(0, -1)) expect(await schema.validate?.(JSON.parse(chunk))).toMatchObject({ success: true })
      }),
      { numRuns: 300 },
    )
  })

  test('the official reader takes any run without a complaint of its own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { maxLength: 12 }), async (events) => {
        const chunks = written(events)
          .slice(0, -1)
          .map((data): UIMessageChunk => JSON.parse(data))
        const stream = new ReadableStream<UIMessageChunk>({
          start(controller) {
            for (const chunk of chunks) controller.enqueue(chunk)
            controller.close()
          },
        })
        const errors: string[] = []
        for await (const message of readUIMessageStream({ stream, onError: (error) => errors.push(String(error)) })) expect(message.role).toBe('assistant')
        expect(errors).toEqual(chunks.flatMap((chunk) => (chunk.type === 'error' ? [String(new Error(chunk.errorText))] : [])))
      }),
      { numRuns: 300 },
    )
  })

  test('a run that is read and written again is written the same', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 10 }), (events) => {
        const once = carry(events)
        expect(carry(once).map(({ type }) => type)).toEqual(once.map(({ type }) => type))
      }),
    )
  })

  test('started keeps its message_id', () => {
    fc.assert(
      fc.property(eventOf('started').filter(isMain), (event) => {
        const id: unknown = event.type === 'started' ? event['message_id'] : undefined
        expect(carry([event])[0]).toEqual({ type: 'started', ...(id === undefined ? {} : { message_id: id }) })
      }),
    )
  })

  test('the result is kept whatever the end; ends keep their text, or become an error with the reason', () => {
    const main = (type: EventType) => eventOf(type).filter(isMain)
    fc.assert(
      fc.property(main('result'), fc.oneof(...ends.map((type) => main(type))), (result, end) => {
        if (result.type !== 'result') return
        const [first, last] = carry([{ type: 'started' }, result, end]).slice(1)
        expect(first).toEqual(result)
        if (end.type === 'error') expect(last).toEqual({ type: 'error', error: end.error })
        else if (end.type === 'cancelled') expect(last).toEqual({ type: 'cancelled', ...(end.reason ? { reason: end.reason } : {}) })
        else if (result.success === false || (end.type === 'completed' && end.success === false))
          expect(last).toEqual({ type: 'error', error: result.reason ?? 'The agent reported that it did not succeed' })
        else expect(last).toEqual({ type: 'completed', success: true })
      }),
    )
  })

  test('X9: fifty thousand calls are written and read in linear time', () => {
    const calls = Array.from({ length: 50_000 }, (_, at): AgentEvent => ({ type: 'tool_call', tool_name: 'a', parameters: {}, tool_call_id: `c${at}` }))
    const results = calls.map((_, at): AgentEvent => ({ type: 'tool_result', tool_name: 'a', result: at, tool_call_id: `c${at}` }))
    const unnamed = results.map((event): AgentEvent => ({ ...event, tool_call_id: null }))
    expect(carry([...calls, ...results]).at(-1)).toMatchObject({ result: 49_999, tool_call_id: 'c49999' })
    expect(carry([...calls, ...unnamed]).at(-1)).toMatchObject({ result: 49_999, tool_call_id: 'c49999' })
  })
})
