/** Conversations in a SQLite file that processes of one machine share: they outlive the process. May be the file of the journal. */
import { type DurableSessionLimits, durableLimits, type SessionStore } from './session-store.ts'
import { type SqliteDatabase, sqlOf } from './sql/database.ts'
import { createSessionTable } from './sql/session-table.ts'

/** What is kept, and for how long. */
export interface SqliteSessionStoreOptions extends DurableSessionLimits {
  /** Milliseconds since 1970, on a clock that all processes share. */
  readonly now?: () => number
}

/**
 * Conversations in a SQLite file, for Node, Deno and Bun. Makes its table, and puts the file into WAL mode.
 *
 * ```ts
 * const database = new DatabaseSync('runs.db')
 * createAgentHandler({ agents, journal: sqliteJournal(database), sessions: sqliteSessionStore(database) })
 * ```
 */
export function sqliteSessionStore(database: SqliteDatabase, options: SqliteSessionStoreOptions = {}): SessionStore {
  const sql = sqlOf(database)
  const table = createSessionTable(sql, options.now ?? Date.now)
  const limits = durableLimits(options)
  return {
    read: async (key) => table.read(key, limits),
    async append(key, messages, id) {
      sql.atomically(() => table.append(key, { id, messages }, limits))
    },
    forget: async (key) => table.forget(key),
  }
}
