/** What Cloudflare Workers need beside the front door. */

export type { RunObjectNamespace } from './runs/ask-object.ts'
export { type DurableObjectJournalOptions, durableObjectJournal } from './runs/durable-object-journal.ts'
export { durableObjectSessionStore } from './runs/durable-object-session-store.ts'
export { createRunObject, type RunObject, type RunObjectState } from './runs/run-object.ts'
export type { DurableSessionLimits } from './runs/session-store.ts'
export type { RunTableOptions } from './runs/sql/run-table.ts'
export { cloudflareUpgrade } from './serve/socket/cloudflare-upgrade.ts'
