/** What both ends say of an agent and to its model, in our words; on the wire the members are snake_case. */
import type { JsonObject } from './json.ts'

/** What an agent tells about itself. Never its instructions. */
export interface AgentInfo {
  readonly name: string
  readonly description?: string
  readonly provider?: string
  readonly model?: string
  readonly tools: readonly { readonly name: string; readonly description: string }[]
  readonly supportsStreaming: boolean
  /** Longest silence of its model. */
  readonly timeoutMs?: number
  /** How often its model is asked again. */
  readonly maxRetries?: number
  /** Of its answers, unless a run states others. */
  readonly temperature?: number
  readonly maxTokens?: number
}

/** How a model is to answer, for one run. */
export interface ModelParameters {
  readonly temperature?: number
  readonly maxTokens?: number
  readonly topP?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly stop?: readonly string[]
  /** Members sent to the provider as they are, for what only that provider knows. */
  readonly extra?: JsonObject
}
