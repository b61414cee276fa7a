import type { Sql, SqlValue } from './sql.ts'

/** What is asked of a database: `DatabaseSync` of `node:sqlite` (Node, Deno) and `Database` of `bun:sqlite` fit as they are. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): { all(...values: SqlValue[]): unknown[] }
}

/** A database that several processes of one machine may have open. It is opened, and closed, by whoever hands it in. */
export function sqlOf(database: SqliteDatabase): Sql {
  // Another process that writes is waited for; in WAL mode it never writes for long.
  for (const pragma of ['busy_timeout = 5000', 'journal_mode = WAL', 'synchronous = NORMAL']) database.exec(`PRAGMA ${pragma}`)
  const prepared = new Map<string, ReturnType<SqliteDatabase['prepare']>>()
  return {
    rows(statement, ...values) {
      const ready = prepared.get(statement) ?? database.prepare(statement)
      prepared.set(statement, ready)
      return ready.all(...values)
    },
    atomically(work) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
  }
}
