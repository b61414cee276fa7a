import type { ModelParameters } from './wire/agent.ts'
import type { JsonObject } from './wire/json.ts'

/** What the agent is to do: a sentence, or a task with its circumstances. */
export type RunInput = string | TaskInput

export interface TaskInput {
  readonly description: string
  readonly context?: JsonObject
  /** URLs or data URLs. */
  readonly images?: readonly string[]
  readonly sessionId?: string
  readonly senderId?: string
}

/** The body that starts a run. Absent members stay absent. */
export function startBody(runId: string, input: RunInput, parameters: ModelParameters = {}): unknown {
  const task: TaskInput = typeof input === 'string' ? { description: input } : input
  const { sessionId, senderId, ...rest } = task
  const { maxTokens, topP, frequencyPenalty, presencePenalty, ...same } = parameters
  return {
    run_id: runId,
    task: { ...rest, session_id: sessionId, sender_id: senderId },
    parameters: { ...same, max_tokens: maxTokens, top_p: topP, frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty },
  }
}
