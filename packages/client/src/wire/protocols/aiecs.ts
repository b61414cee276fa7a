/**
 * AIECS: one JSON object with a `type` per frame, nearly our own vocabulary. In come frames, out go events, and back.
 * Rules: AIECS `docs/user/DOMAIN_AGENT/STREAMING.md` and `aiecs/domain/agent/hybrid_agent.py` (2.1.2 and 2.2.0; names of older releases too).
 */
import { isRunOutcome } from '../events/ending.ts'
import { isEventType, parseEvent } from '../events/parse.ts'
import type { AgentEvent } from '../events/vocabulary.ts'
import type { Frame } from '../frames/frame.ts'
import { isObject, objectIn, parsePythonJson } from '../json.ts'
import type { TwoWayProtocol } from './protocol.ts'

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
function envelopeOf({ timestamp, loop_scope }: Readonly<Record<string, unknown>>): { timestamp?: string; loop_scope?: unknown } {
  return { ...(typeof timestamp === 'string' ? { timestamp } : {}), ...(loop_scope === undefined ? {} : { loop_scope }) }
}

export const aiecs: TwoWayProtocol = {
  name: 'aiecs',
  decoder: () => ({ push: (frame) => (frame.data === '' ? [] : [decode(frame.data)]), end: () => [] }),
  encoder: () => ({ push: ({ id, event }) => [{ id, data: JSON.stringify(event) }], end: () => [] }),
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
