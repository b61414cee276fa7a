/**
 * AIECS: one JSON object with a `type` per frame, nearly our own vocabulary. In come frames, out go events, and back.
 * Rules: AIECS `docs/user/DOMAIN_AGENT/STREAMING.md` and `aiecs/domain/agent/hybrid_agent.py` (2.1.2 and 2.2.0; names of older releases too).
 */
import { isRunOutcome, isTerminalEvent } from '../events/ending.ts'
import { isEventType, parseEvent } from '../events/parse.ts'
import { effectiveLoopScope } from '../events/scope.ts'
import type { AgentEvent, EventOf } from '../events/vocabulary.ts'
import type { Frame } from '../frames/frame.ts'
import { given, ifText, isObject, type Members, objectIn, parsePythonJson } from '../json.ts'
import type { Stage } from '../stage.ts'
import type { Protocol, TwoWayProtocol } from './protocol.ts'

// Names that releases up to 1.9.0 used.
const olderNames = new Map([
  ['tool_call_update', 'tool_call_delta'],
  ['tool_calls', 'tool_calls_ready'],
])

function decode(data: string): AgentEvent {
  const value = parsePythonJson(data)
  if (!isObject(value) || value['type'] === 'token') return parseEvent(value)
  const type = value['type'] === 'status' && value['status'] === 'thinking' ? 'iteration_start' : olderNames.get(String(value['type']))
  const event = parseEvent(type ? { ...value, type } : value)
  return event.type === 'custom' && value['type'] !== 'custom' ? { ...event, ...envelopeOf(value) } : event
}

/** What every event carries, of one that the vocabulary does not have yet (2.2.0 sends `cache_status`): it stays in its loop. */
const envelopeOf = ({ timestamp, loop_scope }: Members): { timestamp?: string; loop_scope?: unknown } => given({ timestamp: ifText(timestamp), loop_scope })

/** AIECS, and our own server: every event is kept as it is, both ways. */
export const aiecs: TwoWayProtocol = {
  name: 'aiecs',
  decoder: () => ({ push: (frame) => (frame.data === '' ? [] : [decode(frame.data)]), end: () => [] }),
  encoder: () => ({ push: ({ id, event }) => [{ id, data: JSON.stringify(event) }], end: () => [] }),
}

/**
 * What a host streams that runs its agent by `execute_with_recovery_streaming`: attempts one after another, and the
 * `recovery_result` by which they end. A run is over with the last attempt, not with the first; each after the first begins with a
 * `started` that says which it is. A stream that closes before its `recovery_result` is cut, whatever its attempts said.
 */
export const aiecsRecovery: Protocol = { name: 'aiecs-recovery', decoder: recoveryDecoder }

function recoveryDecoder(): Stage<Frame, AgentEvent> {
  const decoder = aiecs.decoder()
  let attempt = 0
  /** What the attempt said of its outcome, which is the run's where no other follows. */
  let result: readonly AgentEvent[] = []
  let ending: AgentEvent | undefined
  /** An exhausted verification may be followed by another strategy, or by nothing (2.1.2, `base_agent.py`). */
  let exhausted: readonly AgentEvent[] = []
  const begin = (event: AgentEvent): readonly AgentEvent[] => {
    const before = result
    result = exhausted = []
    ending = undefined
    return ++attempt === 1 ? [event] : [...before, { ...event, type: 'started', attempt }]
  }
  const conclude = (event: EventOf<'recovery_result'>): readonly AgentEvent[] => {
    const recovery = isObject(event.recovery) ? event.recovery : {}
    const last = [...result, ending ?? endingOf(recovery)]
    if (recovery['escalation_reason'] !== 'verification_exhausted') return [event, ...last]
    exhausted = last
    return [event]
  }
  const tell = (event: AgentEvent): readonly AgentEvent[] => {
    if (event.type === 'recovery_result') return conclude(event)
    if (event.type === 'started' || event.type === 'status') return begin(event)
    if (isTerminalEvent(event)) ending = event
    else if (event.type === 'result' && effectiveLoopScope(event).kind === 'main') result = [event]
    else return [event]
    return []
  }
  return { push: (frame) => decoder.push(frame).flatMap(tell), end: () => exhausted }
}

/** The last word on attempts that had none: LLM and Tool agents end with their result, and some failures say nothing. */
function endingOf({ success, terminal_error: error }: Members): AgentEvent {
  if (success === true) return { type: 'completed', success }
  return { type: 'error', error: typeof error === 'string' ? error : 'No attempt succeeded' }
}

/** True for an event of this vocabulary in its right shape, and for the last frame of our own server. */
export function isAiecs({ data, event }: Frame): boolean {
  const value = objectIn(data, parsePythonJson)
  if (!value) return false
  if (event === 'end') return isRunOutcome(value['outcome'])
  const { type } = value
  if (typeof type !== 'string' || !(isEventType(type) || olderNames.has(type))) return false
  try {
    return decode(data).type !== 'custom' || type === 'custom'
  } catch {
    return false // The same word in another protocol.
  }
}
