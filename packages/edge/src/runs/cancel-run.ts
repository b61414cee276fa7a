/** Stopping a run, or a part of it, wherever it works: a cause goes in, a receipt comes out that is true when it is given. */
import type { CancelCause } from './cancellation.ts'
import { cancelElsewhere, stopElsewhere } from './elsewhere.ts'
import type { Journal } from './journal.ts'
import { endingOf, type LiveRun } from './live-run.ts'
import type { ScopeOutcome } from './scopes.ts'

/** `not_supported`: it runs in another process, which cannot be reached or does not react. `unknown_run`: nor is the part known. */
export interface CancelReceipt {
  readonly outcome: 'cancelled' | 'already_finished' | 'unknown_run' | 'not_supported'
}

export interface CancelOptions {
  readonly cause: CancelCause
  /** Only this: the id of a tool call or of a DAWP run. The rest goes on. */
  readonly scope?: string | undefined
}

export interface CancelPlace {
  readonly journal: Journal
  readonly key: string
  readonly run: LiveRun | undefined
  readonly timestamp: () => string
}

export async function cancelRun(place: CancelPlace, { cause, scope }: CancelOptions): Promise<CancelReceipt> {
  const { journal, key, run, timestamp } = place
  const { shared } = journal
  if (run && scope !== undefined) {
    const outcome = await stopHere(run, scope, cause)
    if (outcome) return { outcome }
  } else run?.cancellation.cancel(cause)
  const ending = await endingOf(run, shared)
  if (ending) return { outcome: ending.outcome === 'cancelled' && scope === undefined ? 'cancelled' : 'already_finished' }
  const { status } = await journal.status(key)
  if (status === 'unknown') return { outcome: 'unknown_run' }
  if (status !== 'running') return { outcome: 'already_finished' }
  if (!shared) return { outcome: 'not_supported' }
  const there = { journal, shared, key }
  return { outcome: scope === undefined ? await cancelElsewhere(there, cause, timestamp) : await stopElsewhere(there, scope, cause) }
}

/** Undefined when the run is over, or is not this process's. */
async function stopHere(run: LiveRun, scope: string, cause: CancelCause): Promise<ScopeOutcome | undefined> {
  if ((await run.opened) === 'reader') return undefined
  return Promise.race([run.cancellation.scopes.stop(scope, cause.reason), run.ending.then(() => undefined)])
}
