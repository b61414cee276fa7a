import { expect, test } from 'vitest'
import { formatRunAddress, parseRunAddress } from './run-address.ts'

test.each(['What is 17.5% of 240?', 'Köln & Bonn #1 / 2', ''])('an address is read as it was written: %j', (asked) => {
  const address = { agent: 'dawp', runId: 'a-1_B', asked } as const
  expect(parseRunAddress(formatRunAddress(address))).toEqual(address)
})

test.each(['', '#', '#assistant', '#nobody/r', '#assistant/<script>', '#assistant/r?asked=%E0%A4%A'])('%j names no run', (hash) =>
  expect(parseRunAddress(hash)).toBeUndefined(),
)
