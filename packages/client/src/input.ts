import type { Ask, TaskInput } from './wire/ask.ts'

/** What the agent is to do: a sentence, or a task with its circumstances. */
export type RunInput = string | TaskInput

export const taskOf = (input: RunInput): TaskInput => (typeof input === 'string' ? { description: input } : input)

/** The body that starts a run on our own server. Absent members stay absent. */
export function startBody({ runId, task, parameters = {} }: Ask): unknown {
  const { sessionId, senderId, history: _, ...rest } = task
  const { maxTokens, topP, frequencyPenalty, presencePenalty, ...same } = parameters
  return {
    run_id: runId,
    task: { ...rest, session_id: sessionId, sender_id: senderId },
    parameters: { ...same, max_tokens: maxTokens, top_p: topP, frequency_penalty: frequencyPenalty, presence_penalty: presencePenalty },
  }
}
