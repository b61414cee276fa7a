/** What binds a live run to its entry in the query cache: it leaves with the entry, and never leaves the page. */
import type { AgentRun } from '@agentstream/client'
import { defaultShouldDehydrateQuery, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query'

export type ReleasePolicy = 'cancel' | 'detach'

/** False for what a persisted cache makes of a run. */
export function isLiveRun(data: unknown): data is AgentRun {
  return typeof data === 'object' && data !== null && 'getSnapshot' in data && 'subscribe' in data
}

/** Stops watching the run or stops it, as the policy says. A run that has ended stays as it is. */
export function release(run: AgentRun, policy: ReleasePolicy): void {
  if (policy === 'detach') run.detach()
  // Never rejects; there is nobody left to show the receipt to.
  else void run.cancel()
}

/** From here on the run is released as soon as its entry is removed, reset, or given another run. */
export function bindToEntry(queryClient: QueryClient, queryKey: QueryKey, { run, policy }: { run: AgentRun; policy: ReleasePolicy }): void {
  keepOutOfDehydration(queryClient)
  const cache = queryClient.getQueryCache()
  const entry = cache.find({ queryKey })
  const unsubscribe = cache.subscribe((event) => {
    if (event.query !== entry || (event.type !== 'removed' && holds(entry, run))) return
    unsubscribe()
    release(run, policy)
  })
}

/** While the entry is fetching, the run is on its way into it. */
function holds({ state }: Query, run: AgentRun): boolean {
  return state.data === run || state.fetchStatus === 'fetching'
}

const filtered = new WeakSet<QueryClient>()

/** A run cannot be written down: `dehydrate` and persisters pass over it, unless they are given a filter of their own. */
function keepOutOfDehydration(queryClient: QueryClient): void {
  if (filtered.has(queryClient)) return
  filtered.add(queryClient)
  const defaults = queryClient.getDefaultOptions()
  const before = defaults.dehydrate?.shouldDehydrateQuery ?? defaultShouldDehydrateQuery
  const shouldDehydrateQuery = (query: Query): boolean => !isRunKey(query.queryKey) && before(query)
  queryClient.setDefaultOptions({ ...defaults, dehydrate: { ...defaults.dehydrate, shouldDehydrateQuery } })
}

function isRunKey([family, kind]: QueryKey): boolean {
  return family === 'agentstream' && kind === 'run'
}
