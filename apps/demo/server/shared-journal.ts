/** On Node: runs in SQLite, in memory, which all that the demo calls processes share. */
import type { Journal } from '@agentstream/edge'
import { sqliteJournal } from '@agentstream/edge/sqlite'

/** Short, so that nobody has to wait long to see another process go on. */
const leaseMs = 3000

/** How a process opens the journal; undefined where this Node has no SQLite. */
export async function openSharedJournal(): Promise<(() => Journal) | undefined> {
  const sqlite = await import('node:sqlite').catch(() => undefined)
  if (!sqlite) return undefined
  const database = new sqlite.DatabaseSync(':memory:')
  return () => sqliteJournal(database, { leaseMs, keepMs: 10 * 60_000 })
}
