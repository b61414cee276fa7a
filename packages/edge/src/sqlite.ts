/** Runs and conversations in a SQLite file, for Node, Deno and Bun. */

export type { SqliteDatabase } from './runs/sql/database.ts'
export { type SqliteJournalOptions, sqliteJournal } from './runs/sqlite-journal.ts'
export { type SqliteSessionStoreOptions, sqliteSessionStore } from './runs/sqlite-session-store.ts'
