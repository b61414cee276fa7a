/** On Node: runs and conversations in SQLite, in memory, which all that the demo calls processes share. */
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'
import type { DemoEnvironment } from './worker.ts'

/** Short, so that nobody has to wait long to see another process go on. */
const leaseMs = 3000

/** Nothing where this Node has no SQLite. */
export async function openSharedStores(): Promise<Pick<DemoEnvironment, 'journal' | 'sessions'>> {
  const sqlite = await import('node:sqlite').catch(() => undefined)
  if (!sqlite) return {}
  const database = new sqlite.DatabaseSync(':memory:')
  return { journal: () => sqliteJournal(database, { leaseMs, keepMs: 10 * 60_000 }), sessions: sqliteSessionStore(database, { keepMs: 60 * 60_000 }) }
}
