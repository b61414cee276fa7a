import { isTerminalEvent } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import { isMain } from '../../events/scope.ts'
import { createToldRun, custom } from '../../events/told-run.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { given, isObject, isTyped, snakeCase, type Typed } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { createCalls } from './decode-calls.ts'
import { createSpeech } from './decode-speech.ts'
import { createPatchedDocument, type PatchedDocument, parsePatch } from './patch.ts'
import { createReader } from './pieces.ts'
import { maybeText, names, ours, remarkOf, textOf, timeOf, wrong } from './words.ts'

type Decode = (value: Typed) => AgentEvent[]

/** Our event with what else theirs says: its time, the subagent it belongs to, and what our own encoder remarked. */
function tell(value: Typed, event: AgentEvent): AgentEvent[] {
  // Pieces of text come by the thousand and mostly say nothing else, or their time.
  if (value['subagentRunId'] === undefined && value['rawEvent'] === undefined)
    return [value['timestamp'] === undefined ? event : { ...event, ...timeOf(value) }]
  const subagent = maybeText(value, 'subagentRunId')
  const told = { ...event, ...timeOf(value), ...(subagent === undefined ? {} : { loop_scope: { kind: 'dawp', run_id: subagent } }) }
  const { isClosing, more } = remarkOf(value)
  if (isClosing) return []
  if (!isObject(more)) return [told]
  const whole = parseEvent({ ...told, ...more, type: event.type })
  // A remark may say more about an event, but not end the run where AG-UI does not.
  return [isEnding(whole) === isEnding(event) ? whole : event]
}

const isEnding = (event: AgentEvent): boolean => isTerminalEvent(event) || (event.type === 'result' && isMain(event))

/** Chunks of a tool call go on across these. */
const besideCalls = ['TOOL_CALL_CHUNK', 'RAW', 'ACTIVITY_SNAPSHOT', 'ACTIVITY_DELTA', 'REASONING_ENCRYPTED_VALUE', 'SUBAGENT_STARTED']

function named(value: Typed): AgentEvent[] {
  const name = textOf(value, 'name')
  const data = value['value']
  if (name === ours && isTyped(data)) {
    const event = parseEvent(data)
    if (!isEnding(event)) return [event]
  }
  return tell(value, custom(name, data))
}

const counts = ['inputTokens', 'outputTokens', 'totalTokens', 'cachedInputTokens', 'reasoningTokens'] as const

/** The counts of all models, as the total of the run. */
function usage({ usage: entries }: Typed): AgentEvent[] {
  if (!Array.isArray(entries) || entries.length === 0) return []
  const total: Record<string, number> = {}
  for (const entry of entries.filter(isObject)) {
    for (const theirs of counts) {
      const count = entry[theirs]
      const name = snakeCase(theirs)
      if (typeof count === 'number') total[name] = (total[name] ?? 0) + count
    }
  }
  return [parseEvent({ type: 'usage', ...total })]
}

function approvals(outcome: unknown, value: Typed, nameOf: (id: unknown) => string | undefined): AgentEvent[] {
  if (!isObject(outcome) || outcome['type'] !== 'interrupt' || !Array.isArray(outcome['interrupts'])) return []
  return outcome['interrupts'].map((interrupt: unknown) => {
    if (!isObject(interrupt)) throw wrong('an interrupt is no object', value)
    const { id, toolCallId, reason, expiresAt } = interrupt
    const optional = given({ tool_call_id: toolCallId ?? undefined, expires_at: expiresAt ?? undefined })
    return parseEvent({ type: 'approval_request', approval_id: id, tool_name: nameOf(toolCallId) ?? reason, parameters: interrupt, ...optional })
  })
}

/** What has no event of ours, and a patch that does not fit: it leaves everything as it was, and is told because the two ends now differ. */
const asItIs: Decode = (value) => tell(value, custom(value.type, value))

function createDocuments(): Readonly<Record<string, Decode>> {
  const state = createPatchedDocument({})
  const activities = new Map<string, PatchedDocument>()

  const stateEvent = (value: Typed, patch?: unknown): AgentEvent[] => tell(value, { ...custom(names.state, state.value()), ...given({ patch }) })
  const activity = (value: Typed, id: string, content: unknown): AgentEvent[] =>
    tell(value, custom(names.activity + id, { message_id: id, activity_type: textOf(value, 'activityType'), content }))
  return {
    STATE_SNAPSHOT(value) {
      state.set(value['snapshot'] ?? null)
      return stateEvent(value)
    },
    STATE_DELTA(value) {
      const patch = parsePatch(value['delta'])
      return state.apply(patch) ? stateEvent(value, patch) : asItIs(value)
    },
    ACTIVITY_SNAPSHOT(value) {
      const id = textOf(value, 'messageId')
      const known = activities.get(id)
      if (known && value['replace'] === false) return []
      const document = known ?? createPatchedDocument(null)
      activities.set(id, document)
      document.set(value['content'])
      return activity(value, id, document.value())
    },
    ACTIVITY_DELTA(value) {
      const id = textOf(value, 'messageId')
      const document = activities.get(id)
      return document?.apply(parsePatch(value['patch'])) ? activity(value, id, document.value()) : asItIs(value)
    },
  }
}

export interface AgUiReading {
  /**
   * What ends a run: its own last event (default), or the end of the stream, for a server that sends several runs of a thread in
   * one stream. Then they are read as one, as the official client does, and nobody knows that it is over before the body ends.
   */
  readonly endsWith?: 'run' | 'stream'
}

export function agUiDecoder({ endsWith = 'run' }: AgUiReading = {}): Stage<Frame, AgentEvent> {
  const run = createToldRun()
  const speech = createSpeech(tell)
  const calls = createCalls(tell)
  /** How the run ends if no other one begins. */
  let held: readonly AgentEvent[] = []

  const lastWords = (value: Typed): AgentEvent[] => [...speech.flush(), ...usage(value)]
  /** What comes before an end that is no answer. */
  const earlier = (value: Typed): AgentEvent[] => {
    const result = remarkOf(value).result
    return [...lastWords(value), ...(isObject(result) ? [parseEvent({ ...result, type: 'result' })] : [])]
  }
  const finished: Decode = (value) => {
    const { outcome } = value
    if (isObject(outcome) && outcome['type'] === 'cancelled') return [...earlier(value), ...tell(value, { type: 'cancelled' })]
    const waiting = approvals(outcome, value, calls.nameOf)
    const output = given({ output: value['result'] ?? undefined })
    const told = remarkOf(value).result
    const made = { output: speech.said(), success: true, ...(waiting.length > 0 ? { stop_reason: 'interrupt' } : {}), ...output }
    const result = parseEvent({ ...(isObject(told) ? { ...output, ...told } : made), type: 'result' })
    return [...lastWords(value), ...waiting, result, ...tell(value, { type: 'completed', success: true })]
  }
  const failed: Decode = (value) => {
    const error = maybeText(value, 'message') ?? 'The agent failed'
    return [...earlier(value), ...tell(value, { type: 'error', error, ...given({ code: maybeText(value, 'code') }) })]
  }
  const started: Decode = (value) => {
    if (run.isStarted()) return []
    const ids = { thread_id: maybeText(value, 'threadId'), run_id: maybeText(value, 'runId'), parent_run_id: maybeText(value, 'parentRunId') }
    return tell(value, { type: 'started', ...given(ids) })
  }
  const messages: Decode = (value) => {
    const list = value['messages']
    if (!Array.isArray(list)) throw wrong('`messages` is no list', value)
    speech.retell(list)
    return tell(value, custom(names.messages, list))
  }
  const subagent: Decode = (value) => {
    const run_id = textOf(value, 'subagentRunId')
    const time = timeOf(value)
    if (value.type === 'SUBAGENT_STARTED') return [{ type: 'dawp_run_started', run_id, ...given({ workflow_id: maybeText(value, 'name') }), ...time }]
    const error = value.type === 'SUBAGENT_ERROR' ? maybeText(value, 'message') : undefined
    return [{ type: 'dawp_run_completed', run_id, success: value.type === 'SUBAGENT_FINISHED', ...given({ error }), ...time }]
  }
  const step =
    (type: 'step_started' | 'step_completed'): Decode =>
    (value) =>
      tell(value, { type, step_name: textOf(value, 'stepName') })
  const raw: Decode = (value) => tell(value, { ...custom(names.raw, value['event']), ...given({ source: maybeText(value, 'source') }) })
  const quiet: Decode = () => []

  const decodeRaw: Decode = (value) => byType.get(value.type)?.(value) ?? asItIs(value)
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
      RAW: raw,
      CUSTOM: named,
      ...createDocuments(),
    }),
  )
  const read = createReader()
  const decode = (data: string): AgentEvent[] => {
    const value = read(data)
    const type = value.raw?.type
    // Between two runs the official client takes only these.
    if (held.length > 0 && type !== 'RUN_STARTED' && type !== 'RUN_ERROR') return []
    if (type === 'RUN_STARTED') held = []
    const ended = type !== undefined && besideCalls.includes(type) ? [] : calls.endChunks()
    const events = value.raw ? decodeRaw(value.raw) : speech.add(value)
    return ended.length > 0 ? [...ended, ...events] : events
  }
  /** What ends the run waits for the end of the stream, where that is what ends it. */
  const unlessHeld = (events: AgentEvent[]): AgentEvent[] => {
    // Pieces of text come by the thousand, and end nothing.
    if (endsWith === 'run' || events[0]?.type === 'token' || !events.some(isTerminalEvent)) return events
    held = events.filter(isEnding)
    return events.filter((event) => !isEnding(event))
  }
  return {
    push: ({ data }) => (run.isOver() || data === '' || data === '[DONE]' ? [] : run.tell(unlessHeld(decode(data)))),
    end: () => run.tell(held),
  }
}
