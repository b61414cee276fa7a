import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type SqliteDatabase, sqlOf } from './database.ts'

/** A database that is locked for the change of its mode so many times, as it is where another process makes it at that moment. */
function lockedDatabase(times: number): { readonly database: SqliteDatabase; readonly asked: readonly string[] } {
  const real = new DatabaseSync(':memory:')
  const asked: string[] = []
  let left = times
  const exec = (sql: string): void => {
    asked.push(sql)
    if (sql.includes('journal_mode') && left-- > 0) throw new RangeError('database is locked')
    real.exec(sql)
  }
  return { database: { exec, prepare: (sql) => real.prepare(sql) }, asked }
}

test('servers that start together on a new file all start: each waits, as a writer, for the other to be done with its mode', () => {
  const { database, asked } = lockedDatabase(2)
  expect(sqlOf(database).rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  const waits = ['BEGIN IMMEDIATE', 'COMMIT']
  expect(asked.filter((sql) => !/busy|synchronous/.test(sql))).toEqual([
    'PRAGMA journal_mode = WAL',
    ...waits,
    'PRAGMA journal_mode = WAL',
    ...waits,
    'PRAGMA journal_mode = WAL',
  ])
})

test('a file that stays locked is told as what it is', () => {
  expect(() => sqlOf(lockedDatabase(Number.POSITIVE_INFINITY).database)).toThrow('database is locked')
})
