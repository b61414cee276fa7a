import { expect, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

test.each([
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, 59_000],
  [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
  [{ 'retry-after-ms': '750', 'retry-after': '2' }, 750],
  [{ 'retry-after': '-1e9x' }, undefined],
  [{ 'retry-after': '9'.repeat(400) }, undefined],
  [{}, undefined],
] as const)('N30: %j asks for %s ms', (headers, expected) => {
  expect(parseRetryAfter(new Headers(headers), 1000)).toBe(expected)
})
