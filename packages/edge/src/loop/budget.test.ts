import { expect, test } from 'vitest'
import { createBudget } from './budget.ts'

test('a budget is spent turn by turn and never below nothing', () => {
  const budget = createBudget(2)
  const seen = [budget.remaining]
  for (let turn = 0; turn < 3; turn++) {
    budget.spend()
    seen.push(budget.remaining)
  }
  expect([budget.limit, seen]).toEqual([2, [2, 1, 0, 0]])
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%s is no limit', (limit) => {
  expect(() => createBudget(limit)).toThrow(`An iteration limit must be a whole number of at least 1, not ${limit}`)
})
