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
