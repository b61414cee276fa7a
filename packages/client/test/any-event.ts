/** Any event a host may send, for the property tests of protocols; and how a protocol carries events through bytes. */
import fc from 'fast-check'
import { type AgentEvent, type EventType, eventSchemas, type Framing, parseEvent, type TwoWayProtocol } from '../src/wire.ts'
import { readBody } from './reading.ts'

/** Written by the protocol's encoder, carried by a framing in pieces of this size, and read again. */
export function carry(protocol: TwoWayProtocol, events: readonly AgentEvent[], options: { framing: Framing; size?: number }): AgentEvent[] {
  const { framing, size = 4096 } = options
  const encoder = protocol.encoder()
  const frames = [...events.flatMap((event) => encoder.push({ id: 'x-1', event })), ...encoder.end()]
  return [...readBody(protocol, frames.map(framing.encode).join(framing.heartbeat), { framing, size }).events]
}

export const json = fc.jsonValue({ depthSize: 'small' }).map((value) => JSON.parse(JSON.stringify(value)))
export const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('a\nb', '\r\n', 'data: x', '{"a":1}', 'Error: x', '[]', '[DONE]', 'null', '🌊', ' '))
const name = fc.stringMatching(/^[a-c]{1,2}$/)
const number = fc.integer({ min: 0, max: 99 })
const flag = fc.boolean()
const call = fc.record({ id: name, function: fc.record({ name, arguments: text }, { requiredKeys: [] }) }, { requiredKeys: ['function'] })
const hook = { phase: name }
const step = { run_id: name, step_id: name, step_index: number }
const envelope = {
  timestamp: fc.constantFrom('2026-03-04T09:15:00.125000', '2026-03-04T09:15:00Z', 'soon', null),
  loop_scope: fc.constantFrom({ kind: 'main' }, { kind: 'dawp', run_id: 'dawp-1' }, null),
}

/** What each event may have beside its type. The last of each pair may be absent, as may the envelope. */
const members: Record<EventType, readonly [Record<string, fc.Arbitrary<unknown>>, Record<string, fc.Arbitrary<unknown>>?]> = {
  status: [{ status: text }],
  started: [{}, { message_id: text, agent: text, attempt: number }],
  iteration_start: [{ iteration: number }, { remaining: number }],
  token: [{ content: text }, { metadata: json, is_fallback: flag, more: json }],
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
  result: [{ output: json }, { success: flag, reason: text, stop_reason: text, more: json }],
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
  error: [{ error: text }, { code: name, retryable: flag, message: text }],
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

/** Any event of one type, with the members a host may send. */
export function eventOf(type: EventType): fc.Arbitrary<AgentEvent> {
  const [required, optional = {}] = members[type]
  const model: Record<string, fc.Arbitrary<unknown>> = { ...required, ...optional, ...envelope }
  return fc.record(model, { requiredKeys: Object.keys(required) }).map((value) => parseEvent({ type, ...value }))
}

export const types = Object.keys(eventSchemas) as EventType[]
/** Any event at all; those that end a run are rarer. */
export const anyEvent = fc.oneof(
  ...types.map((type) => ({ arbitrary: eventOf(type), weight: type === 'error' || type === 'cancelled' || type === 'completed' ? 1 : 4 })),
)
