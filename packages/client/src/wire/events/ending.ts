import { isMain } from './scope.ts'
import type { AgentEvent } from './vocabulary.ts'

/** A run ends as exactly one of these. */
export type RunOutcome = 'completed' | 'failed' | 'cancelled' | 'truncated'

/** True for one of the four words a run can end with. */
export function isRunOutcome(value: unknown): value is RunOutcome {
  return value === 'completed' || value === 'failed' || value === 'cancelled' || value === 'truncated'
}

/** True for the events after which a run is over, whatever else arrives. A `result` alone is not one of them. */
export function isTerminalEvent(event: AgentEvent): boolean {
  return event.type === 'error' || event.type === 'cancelled' || (event.type === 'completed' && isMain(event))
}

// Nearly all events are one, and asked here alone.
const isPieceOfText = ({ type }: AgentEvent): boolean => type === 'token' || type === 'thinking_token'

/** Watches a run's events for how it ends. */
export interface EndingWatch {
  see(event: AgentEvent): void
  /** True once a terminal event was seen. */
  isOver(): boolean
  /**
   * The outcome if the stream ends here, cleanly. LLM and Tool agents end with their result; an agent that iterates owes
   * `completed` after it, so a result alone is then a cut stream (AIECS 2.1.2, `hybrid_agent.py`: `completed` directly
   * follows `result`). A server that numbers its events owes a terminal event or its last frame in every case. Whoever ran
   * the agent and saw it end knows that nothing is owed (`isAgentDone`): its result alone then tells.
   */
  outcome(options: { isNumbered?: boolean; isAgentDone?: boolean }): RunOutcome
}

/** Watches the events of one run, to tell at the end of its stream how it ended. */
export function watchEnding(): EndingWatch {
  let over: RunOutcome | undefined
  let succeeded: boolean | undefined
  let iterates = false
  return {
    see(event) {
      if (over || isPieceOfText(event)) return
      if (event.type === 'cancelled') over = 'cancelled'
      else if (event.type === 'error') over = 'failed'
      else if (!isMain(event)) return
      else if (event.type === 'started') succeeded = undefined
      else if (event.type === 'completed') over = event.success !== false && succeeded !== false ? 'completed' : 'failed'
      else if (event.type === 'result') succeeded = event.success !== false
      else if (event.type === 'iteration_start') iterates = true
    },
    isOver: () => over !== undefined,
    outcome({ isNumbered = false, isAgentDone = false }) {
      if (over) return over
      if (succeeded === undefined || (!isAgentDone && (iterates || isNumbered))) return 'truncated'
      return succeeded ? 'completed' : 'failed'
    },
  }
}
