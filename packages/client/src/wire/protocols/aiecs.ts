/**
 * AIECS: one JSON object with a `type` per frame, nearly our own vocabulary. In come frames, out go events, and back.
 * Rules: AIECS `docs/user/DOMAIN_AGENT/STREAMING.md` and `aiecs/domain/agent/hybrid_agent.py` (2.1.2; names of older releases too).
 */
import { parseEvent } from '../events/parse.ts'
import type { AgentEvent } from '../events/vocabulary.ts'
import { isObject, parseJson } from '../json.ts'
import type { Protocol } from './protocol.ts'

// Names that releases up to 1.9.0 used.
const olderNames = new Map([
  ['tool_call_update', 'tool_call_delta'],
  ['tool_calls', 'tool_calls_ready'],
])

function decode(data: string): AgentEvent {
  const value = parseJson(data)
  if (!isObject(value) || value['type'] === 'token') return parseEvent(value)
  const type = value['type'] === 'status' && value['status'] === 'thinking' ? 'iteration_start' : olderNames.get(String(value['type']))
  return parseEvent(type ? { ...value, type } : value)
}

export const aiecs: Protocol = {
  name: 'aiecs',
  decoder: () => ({ push: (frame) => (frame.data === '' ? [] : [decode(frame.data)]), end: () => [] }),
  encoder: () => ({ push: ({ id, event }) => [{ id, data: JSON.stringify(event) }], end: () => [] }),
}
