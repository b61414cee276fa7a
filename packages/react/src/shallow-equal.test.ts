import { expect, test } from 'vitest'
import { shallowEqual } from './shallow-equal.ts'

const same = {}

test.each<[unknown, unknown, boolean]>([
  [1, 1, true],
  [Number.NaN, Number.NaN, true],
  [0, -0, false],
  ['a', 'b', false],
  [null, null, true],
  [null, {}, false],
  [undefined, null, false],
  [{ a: 1, b: same }, { b: same, a: 1 }, true],
  [{ a: {} }, { a: {} }, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: undefined }, { b: undefined }, false],
  [[1, same], [1, same], true],
  [[1], [1, 2], false],
  [[], {}, false],
])('%o and %o: %s', (a, b, expected) => {
  expect(shallowEqual(a, b)).toBe(expected)
  expect(shallowEqual(b, a)).toBe(expected)
})
