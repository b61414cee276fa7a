import { isTerminalEvent } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { createCalls } from './decode-calls.ts'
import { createSpeech } from './decode-speech.ts'
import { createPatchedDocument, type PatchedDocument, parsePatch } from './patch.ts'
import { createReader } from './pieces.ts'
import { isoTimeOf, isRaw, maybeText, names, ours, type Raw, remarkOf, textOf, timeOf, wrong } from './words.ts'

type Decode = (value: Raw) => AgentEvent[]

/** What else an event of theirs says: its time, the subagent it belongs to, and what our own encoder remarked. */
function tell(value: Raw, event: AgentEvent): AgentEvent {
  // Pieces of text come by the thousand and mostly say nothing else, or their time.
  if (value['subagentRunId'] === undefined && value['rawEvent'] === undefined) {
    const timestamp = isoTimeOf(value['timestamp'])
    return timestamp === undefined ? event : { ...event, timestamp }
  }
  const subagent = maybeText(value, 'subagentRunId')
  const scope = subagent === undefined ? {} : { loop_scope: { kind: 'dawp', run_id: subagent } }
  const more = remarkOf(value)?.more
  if (!isObject(more)) return { ...event, ...timeOf(value), ...scope }
  const whole = parseEvent({ ...event, ...timeOf(value), ...scope, ...more, type: event.type })
  // A remark may say more about an event, but not end the run where AG-UI does not.
  return isEnding(whole) === isEnding(event) ? whole : event
}

const isEnding = (event: AgentEvent): boolean => isTerminalEvent(event) || (event.type === 'result' && effectiveLoopScope(event).kind === 'main')

/** Chunks of a tool call go on across these. */
const besideCalls = new Set(['TOOL_CALL_CHUNK', 'RAW', 'ACTIVITY_SNAPSHOT', 'ACTIVITY_DELTA', 'REASONING_ENCRYPTED_VALUE', 'SUBAGENT_STARTED'])

function custom(value: Raw): AgentEvent[] {
  const name = textOf(value, 'name')
  const data = value['value']
  if (name === ours && isRaw(data)) {
    const event = parseEvent(data)
    if (!isEnding(event)) return [event]
  }
  return [tell(value, { type: 'custom', name, data })]
}

/** The counts of all models, as the total of the run. */
function usage(value: Raw): AgentEvent[] {
  if (!Array.isArray(value['usage']) || value['usage'].length === 0) return []
  const total: Record<string, number> = {}
  for (const entry of value['usage'].filter(isObject)) {
    for (const [theirs, name] of counts) {
      const count = entry[theirs]
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count
    }
  }
  return [parseEvent({ type: 'usage', ...total })]
}
const counts = [
  ['inputTokens', 'input_tokens'],
  ['outputTokens', 'output_tokens'],
  ['totalTokens', 'total_tokens'],
  ['cachedInputTokens', 'cached_input_tokens'],
  ['reasoningTokens', 'reasoning_tokens'],
] as const

function approvals(outcome: unknown, value: Raw, nameOf: (id: unknown) => string | undefined): AgentEvent[] {
  if (!isObject(outcome) || outcome['type'] !== 'interrupt' || !Array.isArray(outcome['interrupts'])) return []
  return outcome['interrupts'].map((interrupt: unknown) => {
    if (!isObject(interrupt)) throw wrong('an interrupt is no object', value)
    const { id, toolCallId, reason, expiresAt } = interrupt
    const optional = { ...(toolCallId == null ? {} : { tool_call_id: toolCallId }), ...(expiresAt == null ? {} : { expires_at: expiresAt }) }
    return parseEvent({ type: 'approval_request', approval_id: id, tool_name: nameOf(toolCallId) ?? reason, parameters: interrupt, ...optional })
  })
}

function createDocuments(): { readonly byType: Readonly<Record<string, Decode>> } {
  const state = createPatchedDocument({})
  const activities = new Map<string, PatchedDocument>()

  const activity = (value: Raw, id: string, content: unknown): AgentEvent[] => [
    tell(value, { type: 'custom', name: names.activity + id, data: { message_id: id, activity_type: textOf(value, 'activityType'), content } }),
  ]
  /** A patch that does not fit leaves everything as it was; it is told, because the two ends now differ. */
  const misfit = (value: Raw): AgentEvent[] => [tell(value, { type: 'custom', name: value.type, data: value })]
  return {
    byType: {
      STATE_SNAPSHOT(value) {
        state.set(value['snapshot'] ?? null)
        return [tell(value, { type: 'custom', name: names.state, data: state.value })]
      },
      STATE_DELTA(value) {
        const patch = parsePatch(value['delta'])
        return state.apply(patch) ? [tell(value, { type: 'custom', name: names.state, data: state.value, patch })] : misfit(value)
      },
      ACTIVITY_SNAPSHOT(value) {
        const id = textOf(value, 'messageId')
        const known = activities.get(id)
        if (known && value['replace'] === false) return []
        const document = known ?? createPatchedDocument(null)
        activities.set(id, document)
        document.set(value['content'])
        return activity(value, id, document.value)
      },
      ACTIVITY_DELTA(value) {
        const id = textOf(value, 'messageId')
        const document = activities.get(id)
        return document?.apply(parsePatch(value['patch'])) ? activity(value, id, document.value) : misfit(value)
      },
    },
  }
}

const named = (name: string, value: string | undefined): Record<string, string> => (value === undefined ? {} : { [name]: value })

export interface AgUiReading {
  /**
   * What ends a run: its own last event (default), or the end of the stream, for a server that sends several runs of a thread in
   * one stream. Then they are read as one, as the official client does, and nobody knows that it is over before the body ends.
   */
  readonly endsWith?: 'run' | 'stream'
}

export function agUiDecoder({ endsWith = 'run' }: AgUiReading = {}): Stage<Frame, AgentEvent> {
  const speech = createSpeech(tell)
  const calls = createCalls(tell)
  let isStarted = false
  let isOver = false
  /** How the run ends if no other one begins. */
  let held: AgentEvent[] = []

  const lastWords = (value: Raw): AgentEvent[] => [...speech.flush(), ...usage(value)]
  const earlierResult = (value: Raw): AgentEvent[] => {
    const result = remarkOf(value)?.result
    return isObject(result) ? [parseEvent({ ...result, type: 'result' })] : []
  }
  const finished: Decode = (value) => {
    const { outcome } = value
    if (isObject(outcome) && outcome['type'] === 'cancelled') return [...lastWords(value), ...earlierResult(value), tell(value, { type: 'cancelled' })]
    const waiting = approvals(outcome, value, calls.nameOf)
    const given = value['result'] == null ? {} : { output: value['result'] }
    const told = remarkOf(value)?.result
    const made = { output: speech.said, success: true, ...(waiting.length > 0 ? { stop_reason: 'interrupt' } : {}), ...given }
    const result = parseEvent({ ...(isObject(told) ? { ...given, ...told } : made), type: 'result' })
    return [...lastWords(value), ...waiting, result, tell(value, { type: 'completed', success: true })]
  }
  const failed: Decode = (value) => {
    const error: AgentEvent = { type: 'error', error: maybeText(value, 'message') ?? 'The agent failed', ...named('code', maybeText(value, 'code')) }
    return [...lastWords(value), ...earlierResult(value), tell(value, error)]
  }
  const started: Decode = (value) => {
    const ids = { ...named('thread_id', maybeText(value, 'threadId')), ...named('run_id', maybeText(value, 'runId')) }
    return isStarted ? [] : [tell(value, { type: 'started', ...ids, ...named('parent_run_id', maybeText(value, 'parentRunId')) })]
  }
  const messages: Decode = (value) => {
    const list = value['messages']
    if (!Array.isArray(list)) throw wrong('`messages` is no list', value)
    speech.retell(list)
    return [tell(value, { type: 'custom', name: names.messages, data: list })]
  }
  const subagent: Decode = (value) => {
    const run_id = textOf(value, 'subagentRunId')
    if (value.type === 'SUBAGENT_STARTED') return [{ type: 'dawp_run_started', run_id, ...named('workflow_id', maybeText(value, 'name')), ...timeOf(value) }]
    const error = value.type === 'SUBAGENT_ERROR' ? named('error', maybeText(value, 'message')) : {}
    return [{ type: 'dawp_run_completed', run_id, success: value.type === 'SUBAGENT_FINISHED', ...error, ...timeOf(value) }]
  }
  const step =
    (type: 'step_started' | 'step_completed'): Decode =>
    (value) =>
      remarkOf(value)?.isClosing ? [] : [tell(value, { type, step_name: textOf(value, 'stepName') })]
  const quiet: Decode = () => []

  const decodeRaw: Decode = (value) => byType.get(value.type)?.(value) ?? [tell(value, { type: 'custom', name: value.type, data: value })]
  const byType = new Map<string, Decode>(
    Object.entries({
      RUN_STARTED: started,
      RUN_FINISHED: finished,
      RUN_ERROR: failed,
      STEP_STARTED: step('step_started'),
      STEP_FINISHED: step('step_completed'),
      TEXT_MESSAGE_START: speech.start,
      TEXT_MESSAGE_CONTENT: speech.piece,
      TEXT_MESSAGE_CHUNK: speech.piece,
      TEXT_MESSAGE_END: speech.end,
      REASONING_START: quiet,
      REASONING_END: quiet,
      REASONING_MESSAGE_START: speech.think,
      REASONING_MESSAGE_CONTENT: speech.think,
      REASONING_MESSAGE_CHUNK: speech.think,
      REASONING_MESSAGE_END: quiet,
      // Names up to 0.0.44; THINKING_CONTENT is the Dart SDK's.
      THINKING_START: quiet,
      THINKING_END: quiet,
      THINKING_CONTENT: speech.think,
      THINKING_TEXT_MESSAGE_START: speech.think,
      THINKING_TEXT_MESSAGE_CONTENT: speech.think,
      THINKING_TEXT_MESSAGE_END: quiet,
      TOOL_CALL_START: calls.start,
      TOOL_CALL_ARGS: calls.piece,
      TOOL_CALL_END: calls.end,
      TOOL_CALL_CHUNK: calls.chunk,
      TOOL_CALL_RESULT: calls.result,
      MESSAGES_SNAPSHOT: messages,
      SUBAGENT_STARTED: subagent,
      SUBAGENT_FINISHED: subagent,
      SUBAGENT_ERROR: subagent,
      RAW: (value) => [tell(value, { type: 'custom', name: names.raw, data: value['event'], ...named('source', maybeText(value, 'source')) })],
      CUSTOM: custom,
      ...createDocuments().byType,
    }),
  )
  const read = createReader()
  const decode = (data: string): AgentEvent[] => {
    const value = read(data)
    const type = value.raw?.type
    // Between two runs the official client takes only these.
    if (held.length > 0 && type !== 'RUN_STARTED' && type !== 'RUN_ERROR') return []
    if (type === 'RUN_STARTED') held = []
    const ended = type !== undefined && besideCalls.has(type) ? [] : calls.endChunks()
    const events = value.raw ? decodeRaw(value.raw) : speech.add(value)
    return ended.length > 0 ? [...ended, ...events] : events
  }
  const begun = (events: AgentEvent[]): AgentEvent[] => {
    const [first] = events
    if (!first) return events
    const begins = !isStarted && first.type !== 'started'
    isStarted = true
    return begins ? [{ type: 'started' }, ...events] : events
  }
  const ended = (events: AgentEvent[]): AgentEvent[] => {
    // Pieces of text come by the thousand, and end nothing.
    if (events[0]?.type === 'token' || !events.some(isTerminalEvent)) return events
    isOver = endsWith === 'run'
    if (isOver) return events
    held = events.filter(isEnding)
    return events.filter((event) => !isEnding(event))
  }
  return {
    push: ({ data }) => (isOver || data === '' || data === '[DONE]' ? [] : ended(begun(decode(data)))),
    end: () => held,
  }
}
