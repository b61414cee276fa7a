import type { AgentRun } from '@agentstream/client'
import type { QueryClient } from '@tanstack/react-query'
import { agentError } from './run-view.ts'

const keptMs = 60_000

/**
 * Enters the run into the mutation cache for exactly as long as it lives, so that `useIsMutating`, the devtools and a
 * MutationCache's `onError` tell the truth. The entry holds the run's id and outcome,
 * and none of its text but what the error of a broken stream carries.
 */
export function mutateWhileLive(queryClient: QueryClient, run: AgentRun, { agent, onFinish }: { agent: string | undefined; onFinish: () => void }): void {
  const mutation = queryClient.getMutationCache().build(queryClient, {
    mutationKey: ['agentstream', 'run', run.id],
    mutationFn: async () => {
      try {
        const { status, state } = await run.result()
        if (state.failure) throw agentError(state.failure)
        return status
      } finally {
        onFinish()
      }
    },
    // The run is under way: there is nothing to wait for and nothing to try again.
    networkMode: 'always',
    retry: false,
    gcTime: keptMs,
  })
  // An entry without an observer: a component renders for what its run says, not for the bookkeeping. What the mutation
  // rejects with is the run's own error, which the run shows.
  mutation.execute({ agent }).catch(() => {})
}
