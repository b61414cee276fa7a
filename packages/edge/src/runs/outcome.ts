import { type AgentEvent, effectiveLoopScope } from '@agentstream/client/wire'
import type { RunOutcome } from './journal.ts'

/** Watches the events of a run go by and knows how it ended. */
export interface OutcomeWatch {
  push(event: AgentEvent): void
  /** True once an event ended the run: whatever follows it is not part of it. */
  readonly isOver: boolean
  /** How the run ended, should it end now. */
  readonly outcome: RunOutcome
}

/**
 * A run ends with `completed`, `cancelled` or `error`, or with the agent after a result of the main loop: LLM and Tool agents
 * never send `completed`. An agent that stops without any of these was cut.
 */
export function outcomeWatch(): OutcomeWatch {
  let ended: RunOutcome | undefined
  let result: RunOutcome | undefined
  return {
    push(event) {
      if (event.type === 'error') ended ??= 'failed'
      else if (event.type === 'cancelled') ended ??= 'cancelled'
      else if (effectiveLoopScope(event).kind === 'dawp') return
      else if (event.type === 'completed') ended ??= event.success === false || result === 'failed' ? 'failed' : 'completed'
      else if (event.type === 'result') result = event.success === false ? 'failed' : 'completed'
    },
    get isOver() {
      return ended !== undefined
    },
    get outcome() {
      return ended ?? result ?? 'truncated'
    },
  }
}
