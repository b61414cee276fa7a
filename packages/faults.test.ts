import { expect, test } from 'vitest'
import { faultRows, testedRows, untestedRows } from '../scripts/fault-rows.mjs'

test('docs/faults.md has its 134 rows, each once', () => {
  const rows = (letter: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
  expect(faultRows()).toEqual([...rows('N', 60), ...rows('L', 20), ...rows('S', 32), ...rows('X', 22)])
})

test('every row has a test of its name', () => expect(untestedRows()).toEqual([]))

test('no test is named after a row that does not exist', () => {
  const rows = new Set(faultRows())
  expect([...testedRows().keys()].filter((row) => !rows.has(row))).toEqual([])
})
