/**
 * What `vocabulary.ts` demands of members, without zod: a page that only reads streams does not load a schema library for it.
 * Nobody writes here first: a test derives this table from the schemas and fails where the two differ.
 */
import type { EventType } from './vocabulary.ts'

/** A type of JSON, with `?` where the member may be absent or null; the members of an object; or a list of such objects. */
export type Shape = 'string' | 'number' | 'boolean' | 'string?' | 'number?' | 'boolean?' | Shapes | readonly [Shapes]
/** What is demanded of some members. Any other may hold anything. */
export interface Shapes {
  readonly [member: string]: Shape
}

const modelCall: Shapes = { id: 'string?', index: 'number?', function: { name: 'string?', arguments: 'string?' } }

/** By type, beside the `timestamp` of every event. */
export const eventShapes: Readonly<Record<EventType, Shapes>> = {
  status: { status: 'string' },
  started: { attempt: 'number?' },
  iteration_start: { iteration: 'number', max_iterations: 'number?', remaining: 'number?' },
  token: { content: 'string', is_fallback: 'boolean?' },
  thinking_token: { content: 'string' },
  tool_call_delta: { tool_call: modelCall, arguments_delta: 'string?' },
  tool_calls_ready: { tool_calls: [modelCall] },
  tool_call: { tool_name: 'string', operation: 'string?', tool_call_id: 'string?' },
  tool_result: { tool_name: 'string', success: 'boolean?', tool_call_id: 'string?' },
  tool_progress: { tool_name: 'string', tool_call_id: 'string?', progress: 'number?', message: 'string?' },
  tool_error: { tool_name: 'string', error: 'string', tool_call_id: 'string?' },
  thought: { content: 'string', iteration: 'number?' },
  action: { tool_name: 'string', operation: 'string?', iteration: 'number?' },
  observation: { content: 'string', iteration: 'number?' },
  step_started: { step_name: 'string', step_index: 'number?' },
  step_completed: { step_name: 'string', step_index: 'number?', success: 'boolean?' },
  dawp_run_started: { workflow_id: 'string?', placement: 'string?', trigger: 'string?' },
  dawp_run_completed: {},
  dawp_step_started: {},
  dawp_step_completed: {},
  dawp_result: { success: 'boolean?' },
  result: { success: 'boolean?', reason: 'string?', execution_time: 'number?', tool_calls_count: 'number?', iterations: 'number?', stop_reason: 'string?' },
  completed: { success: 'boolean?', execution_time: 'number?' },
  usage: {
    input_tokens: 'number?',
    output_tokens: 'number?',
    total_tokens: 'number?',
    cached_input_tokens: 'number?',
    reasoning_tokens: 'number?',
    iteration: 'number?',
  },
  approval_request: { approval_id: 'string', tool_call_id: 'string?', tool_name: 'string', expires_at: 'string?' },
  approval_response: { approval_id: 'string', approved: 'boolean', reason: 'string?' },
  source: { source_id: 'string', url: 'string?', title: 'string?' },
  file: { media_type: 'string', url: 'string?', data: 'string?', name: 'string?' },
  cancelled: { reason: 'string?', by: 'string?' },
  error: { error: 'string', code: 'string?', retryable: 'boolean?', retry_after_ms: 'number?' },
  custom: { name: 'string' },
  recovery_result: {},
  agent_hook: { event: 'string?', blocked: 'boolean?', hook_count: 'number?', duration_ms: 'number?' },
  plugin_config_resolved: { plugin_count: 'number?' },
  plugin_phase_started: { phase: 'string?', plugin_name: 'string?', plugin_count: 'number?' },
  plugin_hook_started: { phase: 'string?', plugin_name: 'string?' },
  plugin_hook_completed: { phase: 'string?', plugin_name: 'string?', duration_ms: 'number?' },
  plugin_hook_failed: { phase: 'string?', plugin_name: 'string?' },
}
