/** The loss table is held to its word, event by event and over whole runs; and the official schema takes whatever is written. */
import { readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema } from 'ai'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AgentEvent,
  type EventType,
  effectiveLoopScope,
  eventSchemas,
  isTerminalEvent,
  uiMessageStreamLosses as losses,
  parseEvent,
  pipe,
  sse,
  uiMessageStream,
  watchEnding,
} from '../../../wire.ts'

const utf8 = new TextEncoder()
function written(events: readonly AgentEvent[]): string[] {
  const encoder = uiMessageStream.encoder()
  return [...events.flatMap((event) => encoder.push({ id: 'x-1', event })), ...encoder.end()].map(({ data }) => data)
}

function carry(events: readonly AgentEvent[], size = 4096): AgentEvent[] {
  const bytes = utf8.encode(
    written(events)
      .map((data) => sse.encode({ data }))
      .join(sse.heartbeat),
  )
  const stage = pipe(sse.decoder(), uiMessageStream.decoder())
  const out: AgentEvent[] = []
  for (let at = 0; at < bytes.length; at += size) out.push(...stage.push(bytes.subarray(at, at + size)))
  return [...out, ...stage.end()]
}
const json = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)))
const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('a\nb', '\r\n', 'data: x', '{"a":1}', '[DONE]', 'null', '🌊', ' '))
const name = fc.stringMatching(/^[a-c]{1,2}$/)
const number = fc.integer({ min: 0, max: 99 })
const flag = fc.boolean()
const call = fc.record({ id: name, function: fc.record({ name, arguments: text }, { requiredKeys: [] }) }, { requiredKeys: ['function'] })
const hook = { phase: name }
const step = { run_id: name, step_id: name, step_index: number }
const envelope = {
  timestamp: fc.constantFrom('2026-03-04T09:15:00.125000', null),
  loop_scope: fc.constantFrom({ kind: 'main' }, { kind: 'dawp', run_id: 'dawp-1' }, null),
}

type Model = Record<string, fc.Arbitrary<unknown>>
/** What each event may have beside its type. The last of each pair may be absent, as may the envelope. */
const members: Record<EventType, readonly [Model, Model?]> = {
  status: [{ status: text }],
  started: [{}, { message_id: text, agent: text }],
  iteration_start: [{ iteration: number }, { remaining: number }],
  token: [{ content: text }, { metadata: json, is_fallback: flag }],
  thinking_token: [{ content: text }, { more: json }],
  tool_call_delta: [{ tool_call: call }, { arguments_delta: text }],
  tool_calls_ready: [{ tool_calls: fc.array(call, { maxLength: 3 }) }],
  tool_call: [{ tool_name: name }, { parameters: json, operation: name, tool_call_id: name }],
  tool_result: [
    { tool_name: name, result: json },
    { success: flag, tool_call_id: name },
  ],
  tool_progress: [{ tool_name: name }, { progress: number, message: text, data: json, tool_call_id: name }],
  tool_error: [{ tool_name: name, error: text }, { tool_call_id: name }],
  thought: [{ content: text }],
  action: [{ tool_name: name }, { parameters: json }],
  observation: [{ content: text }],
  step_started: [{ step_name: name }],
  step_completed: [{ step_name: name }, { success: flag }],
  dawp_run_started: [{ run_id: name }],
  dawp_run_completed: [{ run_id: name }, { success: flag }],
  dawp_step_started: [step],
  dawp_step_completed: [step],
  dawp_result: [{}, { success: flag, dawp_result: json }],
  result: [{ output: json }, { success: flag, reason: text, stop_reason: text }],
  completed: [{}, { success: flag, execution_time: number }],
  usage: [{ input_tokens: number }, { iteration: number }],
  approval_request: [
    { approval_id: name, tool_name: name },
    { parameters: json, tool_call_id: name, expires_at: text },
  ],
  approval_response: [{ approval_id: name, approved: flag }, { reason: text }],
  source: [{ source_id: name }, { url: text, title: text, media_type: name, name }],
  file: [{ media_type: name }, { url: text, data: text, name }],
  cancelled: [{}, { reason: text, by: name }],
  error: [{ error: text }, { code: name, retryable: flag }],
  custom: [
    { name: fc.oneof(name, fc.constantFrom('message-metadata', 'agent-event', '__proto__')), data: json },
    { id: name, transient: flag, more: json },
  ],
  recovery_result: [{}, { recovery: json }],
  agent_hook: [{}, { event: name, blocked: flag }],
  plugin_config_resolved: [{}, { plugin_count: number }],
  plugin_phase_started: [hook],
  plugin_hook_started: [hook],
  plugin_hook_completed: [hook, { duration_ms: number }],
  plugin_hook_failed: [hook, { error: json }],
}

function eventOf(type: EventType): fc.Arbitrary<AgentEvent> {
  const [required, optional = {}] = members[type]
  const model: Model = { ...required, ...optional, ...envelope }
  return fc.record(model, { requiredKeys: Object.keys(required) }).map((value) => parseEvent({ type, ...value }))
}

const types = Object.keys(eventSchemas) as EventType[]
const ends: readonly EventType[] = ['completed', 'error', 'cancelled']
const anyEvent = fc.oneof(...types.map((type) => ({ arbitrary: eventOf(type), weight: ends.includes(type) ? 1 : 4 })))
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
