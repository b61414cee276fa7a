/** A page that is loaded anew has its last run by its address and the turns by the server's memory: each is shown once, as whole as it can be had. */
import type { RunState } from '@agentstream/client'
import { type Turn, useRun } from '@agentstream/react'
import type { EarlierTurn } from '../model/earlier-turns.ts'
import type { RunAddress } from '../model/run-address.ts'
import type { KeptConversation } from './use-kept-conversation.ts'

export interface Told extends Pick<KeptConversation, 'earlier' | 'liveRun'> {
  readonly turns: readonly Turn[]
  /** What the page's address named when it was loaded. */
  readonly found: RunAddress | undefined
}

export interface EachOnce {
  readonly earlier: readonly EarlierTurn[]
  readonly turns: readonly Turn[]
}

export function useEachTurnOnce({ earlier, liveRun, turns, found }: Told): EachOnce {
  const first = turns[0]?.run
  // A run that was live when the conversation was read is not among what was said.
  const isOver = found !== undefined && first?.id === found.runId && liveRun?.runId !== found.runId
  const again = isOver && earlier.at(-1)?.question === found.asked ? first : undefined
  const fate = useRun(again, fateOf)
  if (!again || fate === 'unremembered') return { earlier, turns }
  return fate === 'gone' ? { earlier, turns: turns.slice(1) } : { earlier: earlier.slice(0, -1), turns }
}

/** Only what completed is remembered; that a run did is known in a moment. */
function fateOf({ status, failure }: RunState): 'gone' | 'unremembered' | 'remembered' {
  if (failure?.status === 404) return 'gone'
  return status === 'failed' || status === 'cancelled' || status === 'truncated' ? 'unremembered' : 'remembered'
}
