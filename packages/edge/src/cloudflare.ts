/** What Cloudflare Workers need beside the front door. */

export { type DurableObjectJournalOptions, durableObjectJournal, type RunObjectNamespace } from './runs/durable-object-journal.ts'
export { createRunObject, type RunObject, type RunObjectState } from './runs/run-object.ts'
export type { RunTableOptions } from './runs/sql/run-table.ts'
export { cloudflareUpgrade } from './serve/socket/cloudflare-upgrade.ts'
