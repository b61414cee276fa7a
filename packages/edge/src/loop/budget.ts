import { AgentStreamError } from '@agentstream/client/wire'

/** How many turns a run may still take. One budget is shared by everything that happens within a run. */
export interface Budget {
  readonly limit: number
  readonly remaining: number
  /** Charges one turn. */
  spend(): void
}

/** Throws AgentStreamError when the limit is no whole number of at least 1. */
export function createBudget(limit: number): Budget {
  if (!Number.isInteger(limit) || limit < 1) throw new AgentStreamError('agent', `An iteration limit must be a whole number of at least 1, not ${limit}`)
  const budget = {
    limit,
    remaining: limit,
    spend() {
      budget.remaining = Math.max(0, budget.remaining - 1)
    },
  }
  return budget
}
