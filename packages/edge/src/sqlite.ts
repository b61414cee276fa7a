/** Runs in a SQLite file, for Node, Deno and Bun. */

export { type SqliteDatabase, type SqliteJournalOptions, sqliteJournal } from './runs/sqlite-journal.ts'
