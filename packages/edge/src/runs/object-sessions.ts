/** Conversations inside a Cloudflare Durable Object: what `durableObjectSessionStore` asks comes in, answers go out. */
import type { DurableSessionLimits, Message } from './session-store.ts'
import { createSessionTable } from './sql/session-table.ts'
import type { Sql } from './sql/sql.ts'

/** A request to the object. */
export interface ObjectSessionsCall {
  readonly key: string
  readonly limits: Required<DurableSessionLimits>
  /** What is to be added, and the name that whoever asks has given it. */
  readonly turn?: readonly Message[]
  readonly turnId?: string
}

/** A turn is asked for again within less than a second. */
const rememberedMs = 600_000

export interface ObjectSessions {
  answer(verb: string, call: ObjectSessionsCall): readonly Message[] | undefined
}

export function createObjectSessions(sql: Sql, now: () => number): ObjectSessions {
  const table = createSessionTable(sql, now)
  sql.rows('CREATE TABLE IF NOT EXISTS agentstream_turns_added (turn_id TEXT PRIMARY KEY, added_at INTEGER NOT NULL) WITHOUT ROWID')
  const isNew = (turnId: string): boolean => {
    sql.rows('DELETE FROM agentstream_turns_added WHERE added_at <= ?', now() - rememberedMs)
    return sql.rows('INSERT INTO agentstream_turns_added VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING turn_id', turnId, now()).length > 0
  }
  return {
    answer(verb, { key, limits, turn = [], turnId = '' }) {
      if (verb === 'read') return table.read(key, limits)
      sql.atomically(() => {
        if (isNew(turnId)) table.append(key, turn, limits)
      })
      return undefined
    },
  }
}
