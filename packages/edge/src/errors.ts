import { AgentStreamError } from '@agentstream/client/wire'

/** A model provider refused, failed or stopped midway. Messages never hold keys, prompts or the provider's own text. */
export class ProviderError extends AgentStreamError {
  readonly provider: string
  readonly status: number | undefined
  /** How long the provider asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(provider: string, message: string, details: { retryable?: boolean; cause?: unknown; status?: number; retryAfterMs?: number } = {}) {
    super('provider', message, details)
    this.provider = provider
    this.status = details.status
    this.retryAfterMs = details.retryAfterMs
  }
}

/** A tool call failed. It becomes a `tool_error` event and never ends the run. */
export class ToolError extends AgentStreamError {
  readonly toolName: string

  constructor(toolName: string, message: string, details: { cause?: unknown } = {}) {
    super('tool', message, details)
    this.toolName = toolName
  }
}

/** What is wrong with a DAWP document, in the order in which it is checked. Stable: safe to switch on. */
export type DawpDocumentProblem =
  | 'too_many_bytes'
  | 'front_matter_yaml'
  | 'front_matter_not_mapping'
  | 'name_missing'
  | 'placement_removed'
  | 'trigger_missing'
  | 'trigger_invalid'
  | 'placement_unknown'
  | 'max_iterations_invalid'
  | 'activation_invalid'
  | 'contract_missing'
  | 'step_marker_missing'
  | 'run_marker_missing'
  | 'step_marker_token_missing'
  | 'run_marker_token_missing'
  | 'marker_invalid'
  | 'markers_equal'
  | 'prompts_missing'
  | 'too_many_prompts'
  | 'action_too_long'

/** A DAWP document or workflow cannot be used. The message reads `path:line: reason`, without the parts that are not known. */
export class DawpDocumentError extends AgentStreamError {
  readonly problem: DawpDocumentProblem
  readonly path: string | undefined
  /** Counted from 1. */
  readonly line: number | undefined

  constructor(problem: DawpDocumentProblem, reason: string, details: { path?: string | undefined; line?: number | undefined; cause?: unknown } = {}) {
    const { path, line, cause } = details
    const place = [path, line].filter((part) => part !== undefined).join(':')
    super('dawp_document', place === '' ? reason : `${place}: ${reason}`, cause === undefined ? {} : { cause })
    this.problem = problem
    this.path = path
    this.line = line
  }
}

/** What is wrong with a workflow, or with a step of one. Stable: safe to switch on. */
export type WorkflowProblem =
  | 'option_unknown'
  | 'option_invalid'
  | 'name_taken'
  | 'nothing_to_do'
  | 'dependency_unknown'
  | 'cycle'
  | 'handler_unknown'
  | 'agent_unknown'
  | 'tool_unknown'
  | 'agent_failed'
  | 'timed_out'
  | 'too_many_events'
  | 'not_text'
  | 'result_not_json'

/** A workflow cannot be built, or a step of one failed for a reason that is not its handler's own. */
export class WorkflowError extends AgentStreamError {
  readonly problem: WorkflowProblem
  /** The name of the step that is meant, where it is one. */
  readonly step: string | undefined

  constructor(problem: WorkflowProblem, message: string, details: { step?: string | undefined; retryable?: boolean; cause?: unknown } = {}) {
    const { step, ...rest } = details
    super('workflow', message, rest)
    this.problem = problem
    this.step = step
  }
}
