/** When to try again: full jitter between nothing and a doubling ceiling, and no sooner than the server asked for. */
export interface RetryPolicy {
  /** All attempts to start a run, the first one included. With 1, nothing is ever tried again. */
  readonly attempts: number
  /** The same for the rest of a run of which something has arrived, counted since something new arrived last. */
  readonly resumeAttempts: number
  readonly baseMs: number
  readonly maxMs: number
}

export const defaultRetry: RetryPolicy = { attempts: 4, resumeAttempts: 8, baseMs: 300, maxMs: 10_000 }

/** A server may ask for a day; nobody waits that long for an answer. */
const longestRetryAfterMs = 60_000

/** Milliseconds before attempt `attempt + 1`; `random` is 0 to 1. */
export function retryDelayMs(
  { baseMs, maxMs }: RetryPolicy,
  attempt: number,
  { retryAfterMs = 0, random }: { retryAfterMs?: number | undefined; random: number },
): number {
  return Math.max(random * Math.min(maxMs, baseMs * 2 ** (attempt - 1)), Math.min(retryAfterMs, longestRetryAfterMs))
}
