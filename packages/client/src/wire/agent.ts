/** What both ends say of an agent and to its model, in our words; on the wire the members are snake_case. */
import type { JsonObject } from './json.ts'

/** What an agent tells about itself. Never its instructions. */
export interface AgentInfo {
  readonly name: string
  readonly description?: string | undefined
  readonly provider?: string | undefined
  readonly model?: string | undefined
  readonly tools: readonly { readonly name: string; readonly description: string }[]
  readonly supportsStreaming: boolean
  /** Longest silence of its model. */
  readonly timeoutMs?: number | undefined
  /** How often its model is asked again. */
  readonly maxRetries?: number | undefined
  /** Of its answers, unless a run states others. */
  readonly temperature?: number | undefined
  readonly maxTokens?: number | undefined
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
