import { expect, test } from 'vitest'
import { ProviderError } from '../errors.ts'
import { type RetryPolicy, retryDelay } from './retry-policy.ts'

const busy = (retryAfterMs?: number): ProviderError =>
  new ProviderError('openai', 'busy', { retryable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) })
const delays = (policy: RetryPolicy, failure = busy(), random = () => 0.5): (number | undefined)[] =>
  [1, 2, 3, 4, 5].map((attempt) => retryDelay(failure, attempt, { policy, random }))

test('S5: waits double up to the longest, with full jitter, until the attempts are spent', () => {
  expect(delays({})).toEqual([250, 500, 1000, undefined, undefined])
  expect(delays({ attempts: 9, firstDelayMs: 100, maxDelayMs: 400 })).toEqual([50, 100, 200, 200, 200])
  expect(delays({ attempts: 3 }, busy(), () => 0)).toEqual([0, 0, undefined, undefined, undefined])
})

test('S5: the wish of the provider is kept exactly, and one that is too long is not shortened but final', () => {
  expect(retryDelay(busy(7000), 1, { policy: {}, random: () => 0 })).toBe(7000)
  expect(retryDelay(busy(30_001), 1, { policy: {}, random: () => 0 })).toBeUndefined()
})

test('what will fail again is not repeated', () => {
  expect(retryDelay(new ProviderError('openai', 'no'), 1, { policy: {}, random: () => 0 })).toBeUndefined()
})
