/** On Node: runs and conversations in SQLite, in memory, which all that the demo calls processes share. */
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'
import type { DemoStorage } from './breaking/mortal.ts'

/** Short, so that nobody has to wait long to see another process go on. */
const leaseMs = 3000
const runMs = 10 * 60_000
const conversationMs = 60 * 60_000

/** How a process opens the storage; undefined where this Node has no SQLite. */
export async function openSharedStorage(): Promise<(() => DemoStorage) | undefined> {
  const sqlite = await import('node:sqlite').catch(() => undefined)
  if (!sqlite) return undefined
  const database = new sqlite.DatabaseSync(':memory:')
  return () => ({ journal: sqliteJournal(database, { leaseMs, keepMs: runMs }), sessions: sqliteSessionStore(database, { keepMs: conversationMs }) })
}
