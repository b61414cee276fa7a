/** Conversations in SQLite: turns go in, messages come out. Synchronous, and knows neither who owns the database nor who asks. */
import { sessionOwner } from '../session-key.ts'
import { type DurableSessionLimits, type Message, messagesOf, type Turn, withTurn } from '../session-store.ts'
import type { Sql } from './sql.ts'

const schema = [
  'CREATE TABLE IF NOT EXISTS agentstream_conversations (session_key TEXT PRIMARY KEY, owner TEXT NOT NULL, turns TEXT NOT NULL, used_at INTEGER NOT NULL)',
  'CREATE INDEX IF NOT EXISTS agentstream_conversations_age ON agentstream_conversations (used_at)',
  'CREATE INDEX IF NOT EXISTS agentstream_conversations_owner ON agentstream_conversations (owner, used_at)',
]
/** Expired sessions removed by one that is written: nobody waits long for the rubbish of others. */
const removedAtOnce = 8

export interface SessionTable {
  read(key: string, limits: Required<DurableSessionLimits>): readonly Message[]
  /** Is several statements: whoever calls makes them one. */
  append(key: string, turn: Turn, limits: Required<DurableSessionLimits>): void
  forget(key: string): void
}

export function createSessionTable(sql: Sql, now: () => number): SessionTable {
  for (const statement of schema) sql.rows(statement)

  const turnsOf = (key: string, keepMs: number): readonly Turn[] => {
    const [row] = sql.rows('SELECT turns FROM agentstream_conversations WHERE session_key = ? AND used_at > ?', key, now() - keepMs)
    // Only this file writes it.
    return row ? JSON.parse((row as { readonly turns: string }).turns) : []
  }
  const makeRoom = (owner: string, { keepMs, maxSessionsPerOwner }: Required<DurableSessionLimits>): void => {
    const table = 'DELETE FROM agentstream_conversations WHERE session_key IN (SELECT session_key FROM agentstream_conversations'
    sql.rows(`${table} WHERE used_at <= ? LIMIT ?)`, now() - keepMs, removedAtOnce)
    if (owner !== '') sql.rows(`${table} WHERE owner = ? ORDER BY used_at DESC, rowid DESC LIMIT -1 OFFSET ?)`, owner, maxSessionsPerOwner)
  }
  const forget = (key: string): void => {
    sql.rows('DELETE FROM agentstream_conversations WHERE session_key = ?', key)
  }
  return {
    forget,
    read(key, { keepMs }) {
      sql.rows('UPDATE agentstream_conversations SET used_at = ? WHERE session_key = ? AND used_at > ?', now(), key, now() - keepMs)
      return messagesOf(turnsOf(key, keepMs))
    },
    append(key, turn, limits) {
      const before = turnsOf(key, limits.keepMs)
      const turns = withTurn(before, turn, limits)
      if (turns === before) return
      const owner = sessionOwner(key)
      forget(key)
      if (turns.length > 0) sql.rows('INSERT INTO agentstream_conversations VALUES (?, ?, ?, ?)', key, owner, JSON.stringify(turns), now())
      makeRoom(owner, limits)
    },
  }
}
