import type { JsonObject } from '@agentstream/client/wire'
import type { ToolOutcome } from '../tools/call-tool.ts'

/** One entry of a result's `reasoning_steps`, in the words of AIECS. */
export type ReasoningStep =
  | { readonly type: 'thought'; readonly content: string; readonly iteration: number }
  | {
      readonly type: 'action'
      readonly tool: string
      readonly operation: null
      readonly parameters: JsonObject
      readonly result: string
      readonly iteration: number
    }
  | { readonly type: 'observation'; readonly content: string; readonly iteration: number; readonly has_error: true }

/** What a run thought, did and saw. Texts are shortened: whole results stand in the events of their calls. */
export interface StepLog {
  thought(text: string, iteration: number): void
  outcome(outcome: ToolOutcome, iteration: number): void
  readonly steps: readonly ReasoningStep[]
}

const longest = 2000

/** A text as it is shown where it only says what was seen. */
export function excerpt(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

export function createStepLog(): StepLog {
  const steps: ReasoningStep[] = []
  return {
    steps,
    thought(text, iteration) {
      if (text !== '') steps.push({ type: 'thought', content: text, iteration })
    },
    outcome({ call, status, parameters, text }, iteration) {
      if (status === 'done') steps.push({ type: 'action', tool: call.name, operation: null, parameters, result: excerpt(text), iteration })
      else steps.push({ type: 'observation', content: excerpt(text), iteration, has_error: true })
    },
  }
}
