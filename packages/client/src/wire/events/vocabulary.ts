import * as z from 'zod/mini'
import { envelope } from './envelope.ts'

/**
 * The whole vocabulary: one schema per event, and the union. Members we do not know survive, a type we do not know becomes
 * `custom`, a wrong shape of a known type is a ProtocolError. Every type is derived from here and stated nowhere else.
 */
const text = z.string()
const number = z.number()
const flag = z.boolean()
const any = z.unknown()
// Python hosts write absent values as null.
const maybe = <S extends z.core.SomeType>(schema: S) => z.optional(z.nullable(schema))
const object = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'expected an object')

const event = <const T extends string, S extends z.core.$ZodLooseShape>(type: T, members: S) =>
  z.looseObject({ type: z.literal(type), ...envelope, ...members })

/** A call as a model states it: `arguments` is JSON text, perhaps not complete yet. */
const modelCall = z.looseObject({
  id: maybe(text),
  index: maybe(number),
  function: z.looseObject({ name: maybe(text), arguments: maybe(text) }),
})
const dawpStep = { run_id: maybe(any), step_id: maybe(any), step_index: maybe(any), prompt_index: maybe(any) }
const plugin = { phase: maybe(text), plugin_name: maybe(text) }
const noMembers = {}

export const eventSchemas = {
  status: event('status', { status: text }),
  started: event('started', noMembers),
  iteration_start: event('iteration_start', { iteration: number, max_iterations: maybe(number), remaining: maybe(number) }),
  token: event('token', { content: text, is_fallback: maybe(flag), metadata: maybe(any) }),
  thinking_token: event('thinking_token', { content: text }),
  tool_call_delta: event('tool_call_delta', { tool_call: modelCall, arguments_delta: maybe(text) }),
  tool_calls_ready: event('tool_calls_ready', { tool_calls: z.array(modelCall) }),
  tool_call: event('tool_call', { tool_name: text, operation: maybe(text), parameters: maybe(any), tool_call_id: maybe(text) }),
  tool_result: event('tool_result', { tool_name: text, result: maybe(any), success: maybe(flag), tool_call_id: maybe(text) }),
  tool_progress: event('tool_progress', { tool_name: text, tool_call_id: maybe(text), progress: maybe(number), message: maybe(text), data: maybe(any) }),
  tool_error: event('tool_error', { tool_name: text, error: text, tool_call_id: maybe(text) }),
  thought: event('thought', { content: text, iteration: maybe(number) }),
  action: event('action', { tool_name: text, operation: maybe(text), parameters: maybe(any), iteration: maybe(number) }),
  observation: event('observation', { content: text, iteration: maybe(number) }),
  step_started: event('step_started', { step_name: text, step_index: maybe(number) }),
  step_completed: event('step_completed', { step_name: text, step_index: maybe(number), success: maybe(flag) }),
  dawp_run_started: event('dawp_run_started', { run_id: maybe(any), workflow_id: maybe(text), placement: maybe(text), trigger: maybe(text) }),
  dawp_run_completed: event('dawp_run_completed', { run_id: maybe(any), success: maybe(any), step_summaries: maybe(any) }),
  dawp_step_started: event('dawp_step_started', dawpStep),
  dawp_step_completed: event('dawp_step_completed', { ...dawpStep, success: maybe(any) }),
  dawp_result: event('dawp_result', { success: maybe(flag), dawp_result: maybe(any) }),
  result: event('result', {
    output: maybe(any),
    success: maybe(flag),
    reason: maybe(text),
    execution_time: maybe(number),
    tool_calls_count: maybe(number),
    iterations: maybe(number),
    stop_reason: maybe(text),
    usage: maybe(any),
  }),
  completed: event('completed', { success: maybe(flag), execution_time: maybe(number) }),
  usage: event('usage', {
    input_tokens: maybe(number),
    output_tokens: maybe(number),
    total_tokens: maybe(number),
    cached_input_tokens: maybe(number),
    reasoning_tokens: maybe(number),
    iteration: maybe(number),
  }),
  approval_request: event('approval_request', {
    approval_id: text,
    tool_call_id: maybe(text),
    tool_name: text,
    parameters: maybe(any),
    expires_at: maybe(text),
  }),
  approval_response: event('approval_response', { approval_id: text, approved: flag, reason: maybe(text) }),
  source: event('source', { source_id: text, url: maybe(text), title: maybe(text) }),
  file: event('file', { media_type: text, url: maybe(text), data: maybe(text), name: maybe(text) }),
  cancelled: event('cancelled', { reason: maybe(text), by: maybe(text) }),
  error: event('error', { error: text, code: maybe(text), retryable: maybe(flag), retry_after_ms: maybe(number) }),
  custom: event('custom', { name: text, data: any }),
  recovery_result: event('recovery_result', { recovery: maybe(object) }),
  agent_hook: event('agent_hook', { event: maybe(text), blocked: maybe(flag), hook_count: maybe(number), duration_ms: maybe(number) }),
  plugin_config_resolved: event('plugin_config_resolved', { plugin_count: maybe(number), merge_log_summary: maybe(any) }),
  plugin_phase_started: event('plugin_phase_started', { ...plugin, plugin_count: maybe(number) }),
  plugin_hook_started: event('plugin_hook_started', plugin),
  plugin_hook_completed: event('plugin_hook_completed', { ...plugin, duration_ms: maybe(number) }),
  plugin_hook_failed: event('plugin_hook_failed', { ...plugin, error: maybe(any) }),
}

/** The name of an event. */
export type EventType = keyof typeof eventSchemas
/** The event of a given name. */
export type EventOf<T extends EventType> = z.infer<(typeof eventSchemas)[T]>
/** Any event of a run. */
export type AgentEvent = { [T in EventType]: EventOf<T> }[EventType]
