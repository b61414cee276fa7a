/** When to try again: full jitter between nothing and a doubling ceiling, unless the server said how long to wait. */
export interface RetryPolicy {
  /** All attempts, the first included. */
  readonly attempts: number
  readonly baseMs: number
  readonly maxMs: number
}

export const defaultRetry: RetryPolicy = { attempts: 4, baseMs: 300, maxMs: 10_000 }

/** A server may ask for a day; nobody waits that long for an answer. */
const longestRetryAfterMs = 60_000

/** Milliseconds before attempt `attempt + 1`; `random` is 0 to 1. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, options: { retryAfterMs?: number | undefined; random: number }): number {
  if (options.retryAfterMs !== undefined) return Math.min(options.retryAfterMs, longestRetryAfterMs)
  return options.random * Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1))
}
