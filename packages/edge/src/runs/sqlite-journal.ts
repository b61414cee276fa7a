/** Runs in a SQLite file that processes of one machine share. The database is opened, and closed, by whoever hands it in. */
import { createDoorbell, follow } from './doorbell.ts'
import { encodeAll } from './encode-all.ts'
import type { Journal } from './journal.ts'
import { createLeaseholder } from './leaseholder.ts'
import { type SqliteDatabase, sqlOf } from './sql/database.ts'
import { createRunTable, type RunTableOptions } from './sql/run-table.ts'

/** What is kept, for how long, and how processes find out about each other. */
export interface SqliteJournalOptions extends RunTableOptions {
  /** How often the file is asked for what other processes wrote, a quarter of a second unless told. */
  readonly pollMs?: number
  /** How long a producer that is not heard of keeps its run, 15 seconds unless told. */
  readonly leaseMs?: number
}

/**
 * A journal in a SQLite file, for Node, Deno and Bun. Runs survive the process; several processes of one machine may share the
 * file. Makes its tables, and puts the file into WAL mode.
 *
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * createAgentHandler({ agents, journal: sqliteJournal(new DatabaseSync('runs.db')) })
 * ```
 */
export function sqliteJournal(database: SqliteDatabase, options: SqliteJournalOptions = {}): Journal {
  const { pollMs = 250, leaseMs = 15_000 } = options
  const table = createRunTable(sqlOf(database), options)
  const doorbell = createDoorbell(pollMs)
  const leases = createLeaseholder()

  return {
    durable: true,
    async open(runId, request) {
      return leases.open(runId, (owner) => table.open(runId, { owner, leaseMs, request }))
    },
    async append(runId, events, texts) {
      const { encoded, problem } = encodeAll(events, texts)
      try {
        const cursor = table.append(runId, { owner: leases.of(runId) }, encoded)
        if (problem) throw problem.cause
        return cursor
      } finally {
        doorbell.ring(runId)
      }
    },
    async close(runId, outcome) {
      table.close(runId, leases.of(runId), outcome)
      leases.release(runId)
      doorbell.ring(runId)
    },
    async *read(runId, after, signal) {
      yield* follow({ doorbell, runId, signal }, table.reader(runId, after))
    },
    status: async (runId) => table.status(runId),
    shared: {
      leaseMs,
      renew: async (runId) => table.renew(runId, { owner: leases.of(runId), leaseMs }),
      async release(runId) {
        table.release(runId, leases.of(runId))
        leases.release(runId)
        doorbell.ring(runId)
      },
      takeUp: async (runId) => leases.takeUp(runId, (owner) => table.takeUp(runId, { owner, leaseMs })),
      async send(runId, message) {
        const isSent = table.send(runId, message)
        doorbell.ring(runId)
        return isSent
      },
      async *messages(runId, signal) {
        yield* follow({ doorbell, runId, signal }, table.mailbox(runId))
      },
    },
  }
}
