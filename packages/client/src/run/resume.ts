/**
 * What becomes of a run whose connection was lost: whether it is asked for again, with which request, and after what wait.
 * It looks at failures and cursors only, and does nothing itself.
 */
import { type AgentStreamError, HttpError, StreamInterruptedError, StreamTimeoutError } from '../errors.ts'
import { isOffline } from './pause.ts'
import type { Receiver } from './receive.ts'
import { type RetryPolicy, retryDelayMs } from './retry.ts'
import type { TransportRequest } from './transport.ts'

export interface ResumptionOptions {
  readonly request: TransportRequest
  /** What asks for the rest of the run after a cursor. A server without such a request is not asked again once it has answered. */
  readonly resume?: ((after: string) => TransportRequest) | undefined
  readonly random?: () => number
}

export interface Resumption {
  /** What the next attempt asks for: what comes after the cursor; the whole run while nothing of it has arrived. */
  request(): TransportRequest
  /** Which attempt is next, or under way, since something new arrived last; from 1. */
  attempt(): number
  /** The server has answered with a stream. `isKept`: it keeps the run under its id. */
  opened(isKept: boolean): void
  /** The server said how long to wait before coming back. */
  askedToWait(ms: number): void
  /** True when a stream that ends here leaves a rest that can be asked for. */
  isOwed(): boolean
  /** Told what an attempt failed with: milliseconds to wait before the next one, or undefined when this is the end. */
  next(failure: AgentStreamError): number | undefined
  /** What the run ends with after its last failure. */
  lastWord(failure: AgentStreamError): AgentStreamError
}

/** A page without a network waits for it; this is how often it looks, should nobody tell it. */
const offlineMs = 10_000

export function createResumption(options: ResumptionOptions & { readonly retry: RetryPolicy; readonly receiver: Receiver }): Resumption {
  const { request, resume, retry, receiver, random = Math.random } = options
  let position = receiver.cursor()
  let failures = 0
  let phase: 'new' | 'opening' | 'open' = 'new'
  let isKept = false
  /** Since something new arrived last: how often events were missing, and how often the headers were refused. */
  let gaps = 0
  let refusals = 0
  let askedMs: number | undefined

  const isOwed = (): boolean => resume !== undefined && receiver.canReopen() && (receiver.cursor() !== undefined || isKept)
  /** A token that has just expired is replaced by asking for headers again. */
  const mayAskAgain = (failure: AgentStreamError): boolean => phase !== 'new' && failure instanceof HttpError && failure.status === 401 && refusals++ === 0
  const mayRead = (failure: AgentStreamError): boolean => {
    // How long the first event may take is the caller's word, and a new connection does not make it come sooner.
    if (!failure.retryable || !isOwed() || (failure instanceof StreamTimeoutError && failure.phase === 'first_event')) return false
    // Missing events are asked for once; a server that leaves them out again does not have them.
    return !receiver.isBroken() || gaps++ === 0
  }
  return {
    request: () => (position !== undefined && resume ? resume(position) : request),
    attempt: () => failures + 1,
    opened(kept) {
      phase = 'open'
      isKept ||= kept
    },
    askedToWait(ms) {
      askedMs = ms
    },
    isOwed,
    next(failure) {
      const cursor = receiver.cursor()
      if (cursor !== position) {
        position = cursor
        failures = 0
        gaps = 0
        refusals = 0
      }
      const mayRetry = phase === 'open' ? mayRead(failure) : failure.retryable || mayAskAgain(failure)
      // Without a network no attempt was made.
      const isAway = isOffline() && retry.attempts > 1
      if (!isAway) failures++
      if (!mayRetry || failures >= mostAttempts(retry, cursor)) return undefined
      if (phase === 'open') phase = 'opening'
      if (isAway) return offlineMs
      const retryAfterMs = (failure instanceof HttpError ? failure.retryAfterMs : undefined) ?? askedMs
      return retryDelayMs(retry, failures, { retryAfterMs, random: random() })
    },
    lastWord(failure) {
      const cursor = receiver.cursor()
      const isTold = phase === 'open' ? !failure.retryable : phase === 'new'
      if (isTold || cursor === undefined || (failure instanceof StreamInterruptedError && failure.cursor !== undefined)) return failure
      const { message, retryable } = failure
      return new StreamInterruptedError(`The rest cannot be had: ${message}`, { cursor, retryable, cause: failure })
    },
  }
}

/** A server that is deployed anew is away for seconds, and what it has said so far is worth them. */
function mostAttempts({ attempts, resumeAttempts }: RetryPolicy, cursor: string | undefined): number {
  return cursor === undefined || attempts === 1 ? attempts : resumeAttempts
}
