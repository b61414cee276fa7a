/** Conversations in a SQLite file that processes of one machine share: they outlive the process. May be the file of the journal. */
import { sessionOwner } from './session-key.ts'
import { type Message, newestTurns, type SessionLimits, type SessionStore } from './session-store.ts'
import { type SqliteDatabase, sqlOf } from './sql/database.ts'

export interface SqliteSessionStoreOptions extends SessionLimits {
  /** Sessions of one owner, 100 unless told; the one that they did not use for longest makes room. It counts nothing where everybody is one owner. */
  readonly maxSessionsPerOwner?: number
  /** How long a session is kept after it was last used, 30 days unless told. */
  readonly keepMs?: number
  /** Milliseconds since 1970, on a clock that all processes share. */
  readonly now?: () => number
}

const schema = [
  'CREATE TABLE IF NOT EXISTS agentstream_sessions (session_key TEXT PRIMARY KEY, owner TEXT NOT NULL, turns TEXT NOT NULL, used_at INTEGER NOT NULL)',
  'CREATE INDEX IF NOT EXISTS agentstream_sessions_age ON agentstream_sessions (used_at)',
  'CREATE INDEX IF NOT EXISTS agentstream_sessions_owner ON agentstream_sessions (owner, used_at)',
]
/** Expired sessions removed by one that is written: nobody waits long for the rubbish of others. */
const removedAtOnce = 8

/**
 * Conversations in a SQLite file, for Node, Deno and Bun. Makes its table, and puts the file into WAL mode.
 *
 * ```ts
 * const database = new DatabaseSync('runs.db')
 * createAgentHandler({ agents, journal: sqliteJournal(database), sessions: sqliteSessionStore(database) })
 * ```
 */
export function sqliteSessionStore(database: SqliteDatabase, options: SqliteSessionStoreOptions = {}): SessionStore {
  const { maxSessionsPerOwner = 100, keepMs = 2_592_000_000, now = Date.now } = options
  const sql = sqlOf(database)
  for (const statement of schema) sql.rows(statement)

  const turnsOf = (key: string): readonly (readonly Message[])[] => {
    const [row] = sql.rows('SELECT turns FROM agentstream_sessions WHERE session_key = ? AND used_at > ?', key, now() - keepMs)
    // Only this file writes it.
    return row ? JSON.parse((row as { readonly turns: string }).turns) : []
  }
  const makeRoom = (owner: string): void => {
    const table = 'DELETE FROM agentstream_sessions WHERE session_key IN (SELECT session_key FROM agentstream_sessions'
    sql.rows(`${table} WHERE used_at <= ? LIMIT ?)`, now() - keepMs, removedAtOnce)
    if (owner !== '') sql.rows(`${table} WHERE owner = ? ORDER BY used_at DESC, rowid DESC LIMIT -1 OFFSET ?)`, owner, maxSessionsPerOwner)
  }
  return {
    async read(key) {
      sql.rows('UPDATE agentstream_sessions SET used_at = ? WHERE session_key = ? AND used_at > ?', now(), key, now() - keepMs)
      return turnsOf(key).flat()
    },
    async append(key, turn) {
      if (turn.length === 0) return
      sql.atomically(() => {
        const turns = newestTurns([...turnsOf(key), turn], options)
        const owner = sessionOwner(key)
        sql.rows('DELETE FROM agentstream_sessions WHERE session_key = ?', key)
        if (turns.length > 0) sql.rows('INSERT INTO agentstream_sessions VALUES (?, ?, ?, ?)', key, owner, JSON.stringify(turns), now())
        makeRoom(owner)
      })
    },
    async forget(key) {
      sql.rows('DELETE FROM agentstream_sessions WHERE session_key = ?', key)
    },
  }
}
