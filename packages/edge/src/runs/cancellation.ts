import { switchOf } from '../abort.ts'
import { createScopes, type RunScopes } from './scopes.ts'

/** Who stopped a run, and why. Travels in the run's `cancelled` event, so it names no internals. */
export interface CancelCause {
  readonly by: 'user' | 'server' | 'timeout'
  readonly reason?: string
}

/** The one switch of a run. What the agent waits for hangs on its signal. */
export interface Cancellation {
  readonly signal: AbortSignal
  /** The first cause given; undefined while nobody cancelled. */
  readonly cause: CancelCause | undefined
  cancel(cause: CancelCause): void
  /** What of the run can be stopped alone. */
  readonly scopes: RunScopes
}

export function createCancellation(): Cancellation {
  const controller = new AbortController()
  const abort = switchOf((reason: DOMException) => controller.abort(reason))
  const cancellation: Cancellation & { cause: CancelCause | undefined } = {
    signal: controller.signal,
    scopes: createScopes(),
    cause: undefined,
    cancel(cause) {
      if (cancellation.cause) return
      cancellation.cause = cause
      abort(new DOMException('The run was cancelled', 'AbortError'))
    },
  }
  return cancellation
}
