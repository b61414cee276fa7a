import { expect, test } from 'vitest'
import * as door from './sqlite.ts'

test('the SQLite door exports these names', () => {
  expect(Object.keys(door).sort()).toEqual(['sqliteJournal', 'sqliteSessionStore'])
})
