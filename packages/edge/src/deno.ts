/** What Deno needs beside the front door. */

export { type DenoKvJournalOptions, denoKvJournal } from './runs/deno-kv-journal.ts'
export { type DenoKvSessionStoreOptions, denoKvSessionStore } from './runs/deno-kv-session-store.ts'
export type { KvAtomic, KvEntry, KvStore } from './runs/kv/kv-store.ts'
export { denoUpgrade } from './serve/socket/deno-upgrade.ts'
