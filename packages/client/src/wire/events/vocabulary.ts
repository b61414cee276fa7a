import * as z from 'zod/v4/core'

/**
 * The whole vocabulary: one schema per event. Members we do not know survive, a type we do not know becomes `custom`, a wrong
 * shape of a known type is a ProtocolError. Every type is derived from here and stated nowhere else.
 *
 * Built on zod's core, its room for libraries: half the size of zod/mini in a page, and it never asks for `eval`.
 */
const text = new z.$ZodString({ type: 'string' })
const number = new z.$ZodNumber({ type: 'number' })
const flag = new z.$ZodBoolean({ type: 'boolean' })
const any = new z.$ZodUnknown({ type: 'unknown' })
// The core's constructors do not carry what they are given into their type, as zod's own builders do by the same casts.
const list = <S extends z.$ZodType>(element: S) => new z.$ZodArray({ type: 'array', element }) as z.$ZodArray<S>
const literal = <const T extends string>(value: T) => new z.$ZodLiteral({ type: 'literal', values: [value] }) as z.$ZodLiteral<T>
const loose = <S extends z.$ZodLooseShape>(shape: S) => new z.$ZodObject({ type: 'object', shape, catchall: any }) as unknown as z.$ZodObject<S, z.$loose>
// Python hosts write absent values as null.
const maybe = <S extends z.$ZodType>(innerType: S) =>
  new z.$ZodOptional({ type: 'optional', innerType: new z.$ZodNullable({ type: 'nullable', innerType }) }) as z.$ZodOptional<z.$ZodNullable<S>>

const maybeText = maybe(text)
const maybeNumber = maybe(number)
const maybeFlag = maybe(flag)
const maybeAny = maybe(any)
/**
 * What every event may carry. `loop_scope` is left unknown on purpose: hosts send odd values (text, null, other kinds), and
 * all of them mean the main loop. Ask `effectiveLoopScope`, never the member.
 */
const envelope = { timestamp: maybeText, loop_scope: maybeAny }
const event = <const T extends string, S extends z.$ZodLooseShape>(type: T, members: S) => loose({ type: literal(type), ...envelope, ...members })

/** A call as a model states it: `arguments` is JSON text, perhaps not complete yet. */
const modelCall = loose({
  id: maybeText,
  index: maybeNumber,
  function: loose({ name: maybeText, arguments: maybeText }),
})
const dawpStep = { run_id: maybeAny, step_id: maybeAny, step_index: maybeAny, prompt_index: maybeAny }
const plugin = { phase: maybeText, plugin_name: maybeText }

/** The schema of each event, by its type: loose, so that further members survive. */
export const eventSchemas = {
  status: event('status', { status: text }),
  started: event('started', { attempt: maybeNumber }),
  iteration_start: event('iteration_start', { iteration: number, max_iterations: maybeNumber, remaining: maybeNumber }),
  token: event('token', { content: text, is_fallback: maybeFlag, metadata: maybeAny }),
  thinking_token: event('thinking_token', { content: text }),
  tool_call_delta: event('tool_call_delta', { tool_call: modelCall, arguments_delta: maybeText }),
  tool_calls_ready: event('tool_calls_ready', { tool_calls: list(modelCall) }),
  tool_call: event('tool_call', { tool_name: text, operation: maybeText, parameters: maybeAny, tool_call_id: maybeText }),
  tool_result: event('tool_result', { tool_name: text, result: maybeAny, success: maybeFlag, tool_call_id: maybeText }),
  tool_progress: event('tool_progress', { tool_name: text, tool_call_id: maybeText, progress: maybeNumber, message: maybeText, data: maybeAny }),
  tool_error: event('tool_error', { tool_name: text, error: text, tool_call_id: maybeText }),
  thought: event('thought', { content: text, iteration: maybeNumber }),
  action: event('action', { tool_name: text, operation: maybeText, parameters: maybeAny, iteration: maybeNumber }),
  observation: event('observation', { content: text, iteration: maybeNumber }),
  step_started: event('step_started', { step_name: text, step_index: maybeNumber }),
  step_completed: event('step_completed', { step_name: text, step_index: maybeNumber, success: maybeFlag }),
  dawp_run_started: event('dawp_run_started', { run_id: maybeAny, workflow_id: maybeText, placement: maybeText, trigger: maybeText }),
  dawp_run_completed: event('dawp_run_completed', { run_id: maybeAny, success: maybeAny, step_summaries: maybeAny }),
  dawp_step_started: event('dawp_step_started', dawpStep),
  dawp_step_completed: event('dawp_step_completed', { ...dawpStep, success: maybeAny }),
  dawp_result: event('dawp_result', { success: maybeFlag, dawp_result: maybeAny }),
  result: event('result', {
    output: maybeAny,
    success: maybeFlag,
    reason: maybeText,
    execution_time: maybeNumber,
    tool_calls_count: maybeNumber,
    iterations: maybeNumber,
    stop_reason: maybeText,
    usage: maybeAny,
  }),
  completed: event('completed', { success: maybeFlag, execution_time: maybeNumber }),
  usage: event('usage', {
    input_tokens: maybeNumber,
    output_tokens: maybeNumber,
    total_tokens: maybeNumber,
    cached_input_tokens: maybeNumber,
    reasoning_tokens: maybeNumber,
    iteration: maybeNumber,
  }),
  approval_request: event('approval_request', {
    approval_id: text,
    tool_call_id: maybeText,
    tool_name: text,
    parameters: maybeAny,
    expires_at: maybeText,
  }),
  approval_response: event('approval_response', { approval_id: text, approved: flag, reason: maybeText }),
  source: event('source', { source_id: text, url: maybeText, title: maybeText }),
  file: event('file', { media_type: text, url: maybeText, data: maybeText, name: maybeText }),
  cancelled: event('cancelled', { reason: maybeText, by: maybeText }),
  error: event('error', { error: text, code: maybeText, retryable: maybeFlag, retry_after_ms: maybeNumber }),
  custom: event('custom', { name: text, data: maybeAny }),
  recovery_result: event('recovery_result', { recovery: maybeAny }),
  agent_hook: event('agent_hook', { event: maybeText, blocked: maybeFlag, hook_count: maybeNumber, duration_ms: maybeNumber }),
  plugin_config_resolved: event('plugin_config_resolved', { plugin_count: maybeNumber, merge_log_summary: maybeAny }),
  plugin_phase_started: event('plugin_phase_started', { ...plugin, plugin_count: maybeNumber }),
  plugin_hook_started: event('plugin_hook_started', plugin),
  plugin_hook_completed: event('plugin_hook_completed', { ...plugin, duration_ms: maybeNumber }),
  plugin_hook_failed: event('plugin_hook_failed', { ...plugin, error: maybeAny }),
}

/** The name of an event. */
export type EventType = keyof typeof eventSchemas
/** The event of a given name. */
export type EventOf<T extends EventType> = z.infer<(typeof eventSchemas)[T]>
/** Any event of a run. */
export type AgentEvent = { [T in EventType]: EventOf<T> }[EventType]
