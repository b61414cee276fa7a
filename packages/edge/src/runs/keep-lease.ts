import { isAgentStreamError } from '@agentstream/client/wire'
import type { SharedRuns } from './journal.ts'
import type { LiveRun } from './live-run.ts'
import { parseMessage } from './run-message.ts'

export interface LeaseOptions {
  readonly shared: SharedRuns
  readonly key: string
  readonly run: Pick<LiveRun, 'cancellation' | 'desk'>
  readonly onError: (error: unknown) => void
}

/** Renewals that may fail before the lease is out. */
const triesPerLease = 3

/**
 * Keeps a run that works here: renews its lease, and does what other processes ask of it. A run that was lost to another, or
 * whose lease could not be renewed in time, is stopped. Returns the way to stop keeping it.
 */
export function keepLease({ shared, key, run, onError }: LeaseOptions): () => void {
  const keeping = new AbortController()
  let failures = 0
  let isHearing = false
  const obey = (text: string): void => {
    const message = parseMessage(text)
    if (message?.kind === 'cancel') run.cancellation.cancel(message.cause)
    else if (message?.kind === 'cancel_scope') void run.cancellation.scopes.stop(message.scope, message.cause.reason)
    else if (message) run.desk.answer(message.id, message.answer)
  }
  const hear = async (): Promise<void> => {
    if (isHearing) return
    isHearing = true
    try {
      for await (const text of shared.messages(key, keeping.signal)) obey(text)
    } catch (error) {
      // Asked again with the next renewal. Messages come from the first one then; each does its work only once.
      isHearing = false
      onError(error)
    }
  }
  const renew = async (): Promise<void> => {
    try {
      await shared.renew(key)
      failures = 0
      if (!keeping.signal.aborted) await hear()
    } catch (error) {
      if (keeping.signal.aborted) return
      failures++
      onError(error)
      if (isAgentStreamError(error) || failures >= triesPerLease) run.cancellation.cancel({ by: 'server', reason: 'The run was lost to another server' })
    }
  }
  const timer = setInterval(() => void renew(), shared.leaseMs / triesPerLease)
  void hear()
  return () => {
    clearInterval(timer)
    keeping.abort()
  }
}
