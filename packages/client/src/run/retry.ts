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

/** Milliseconds in a `Retry-After` header, which holds seconds or a date; undefined for anything else (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
