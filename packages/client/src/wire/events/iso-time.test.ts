import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toIsoTime } from './iso-time.ts'

test('times are written as Date writes them, before 1970 and beyond 9999 too', () => {
  // From the second minute on, in which the first one of Date's range is whole.
  const time = fc.oneof(fc.double({ min: -8.64e15 + 60_000, max: 8.64e15, noNaN: true }), fc.double({ min: 1.7e12, max: 1.7e12 + 200_000, noNaN: true }))
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (times) => {
      expect(times.map(toIsoTime)).toEqual(times.map((one) => new Date(one).toISOString()))
    }),
  )
  for (const edge of [0, -1, 59_999, 60_000, 8.64e15, -8.64e15, -0.5]) expect(toIsoTime(edge)).toBe(new Date(edge).toISOString())
  expect(() => toIsoTime(Number.NaN)).toThrow(RangeError)
  expect(() => toIsoTime(9e15)).toThrow(RangeError)
})
