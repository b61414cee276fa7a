import type { ProviderError } from '../errors.ts'

/** How often a request that gave nothing yet is sent again. */
export interface RetryPolicy {
  /** Requests in all, the first one included. Default 4. */
  readonly attempts?: number
  /** Longest wait before the second request. It doubles each time, and the wait is drawn from zero up to it. Default 500. */
  readonly firstDelayMs?: number
  /** Default 10 000. */
  readonly maxDelayMs?: number
  /** A provider that asks for a longer wait than this is not asked again; the error carries its wish. Default 30 000. */
  readonly maxRetryAfterMs?: number
}

export const defaultAttempts = 4

/** How long to wait before attempt `attempt + 1`, or undefined when the failure is final. `random` is in [0, 1). */
export function retryDelay(failure: ProviderError, attempt: number, options: { policy: RetryPolicy; random: () => number }): number | undefined {
  const { attempts = defaultAttempts, firstDelayMs = 500, maxDelayMs = 10_000, maxRetryAfterMs = 30_000 } = options.policy
  if (!failure.retryable || attempt >= attempts) return undefined
  const { retryAfterMs } = failure
  if (retryAfterMs !== undefined) return retryAfterMs <= maxRetryAfterMs ? retryAfterMs : undefined
  return Math.floor(options.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)))
}
