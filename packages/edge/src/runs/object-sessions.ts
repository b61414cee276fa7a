/** Conversations inside a Cloudflare Durable Object: what `durableObjectSessionStore` asks comes in, answers go out. */
import type { DurableSessionLimits, Message, Turn } from './session-store.ts'
import { createSessionTable } from './sql/session-table.ts'
import type { Sql } from './sql/sql.ts'

/** A request to the object: to read what was said, with a turn to add it, or to forget it all. */
export interface ObjectSessionsCall {
  readonly key: string
  readonly limits: Required<DurableSessionLimits>
  readonly turn?: Turn
  readonly forget?: true
}

export interface ObjectSessions {
  answer(call: ObjectSessionsCall): readonly Message[] | undefined
}

export function createObjectSessions(sql: Sql, now: () => number): ObjectSessions {
  const table = createSessionTable(sql, now)
  return {
    answer({ key, limits, turn, forget }) {
      if (forget) table.forget(key)
      else if (turn) sql.atomically(() => table.append(key, turn, limits))
      else return table.read(key, limits)
      return undefined
    },
  }
}
