import { AgentStreamError } from '@agentstream/client/wire'
import type { Journal } from './journal.ts'

/**
 * The journal for one who writes while it is the one to write. The lease does not tell two producers of one process apart: one that
 * was frozen when its run was taken up here may wake after all.
 */
export function fencedJournal(journal: Journal, isMine: () => boolean): Journal {
  const check = (): void => {
    if (!isMine()) throw new AgentStreamError('agent', 'The run was taken up again')
  }
  return {
    ...journal,
    async append(...written) {
      check()
      return journal.append(...written)
    },
    async close(...ended) {
      check()
      return journal.close(...ended)
    },
  }
}
