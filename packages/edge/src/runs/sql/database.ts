import type { Sql, SqlValue } from './sql.ts'

/** What is asked of a database: `DatabaseSync` of `node:sqlite` (Node, Deno) and `Database` of `bun:sqlite` fit as they are. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): { all(...values: SqlValue[]): unknown[] }
}

/** A database that several processes of one machine may have open. It is opened, and closed, by whoever hands it in. */
export function sqlOf(database: SqliteDatabase): Sql {
  // Another process that writes is waited for; in WAL mode it never writes for long.
  database.exec('PRAGMA busy_timeout = 5000')
  putIntoWal(database)
  database.exec('PRAGMA synchronous = NORMAL')
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

/** How often another process may be met that does the same to the same new file. */
const walTries = 20

/** SQLite gives up at once where two change the mode at the same time. For the lock of a writer it waits, and who has had it finds the other done. */
function putIntoWal(database: SqliteDatabase): void {
  for (let attempt = 1; ; attempt++) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (attempt === walTries) throw error
      database.exec('BEGIN IMMEDIATE')
      database.exec('COMMIT')
    }
  }
}
