/** Runs in SQLite: entries and leases go in, rows come out. Synchronous, and knows neither who owns the database nor who waits. */
import { AgentStreamError, emptyDigest, extendDigest, formatCursor, formatDigest, LimitError, parseCursor, type RunOutcome } from '@agentstream/client/wire'
import type { News } from '../doorbell.ts'
import type { EncodedEvent } from '../encode-all.ts'
import { type JournalEntry, type JournalStatus, newEpoch, storedEntry, type TakenRun } from '../journal.ts'
import type { Sql } from './sql.ts'

/** What is kept, and for how long. */
export interface RunTableOptions {
  /** How long a run can be read after it ended or was abandoned, one day unless told. */
  readonly keepMs?: number
  /** Events of one run, 1,000,000 unless told. */
  readonly maxEventsPerRun?: number
  /** Characters of JSON of one run, 32 Mi unless told. */
  readonly maxBytesPerRun?: number
  /** Milliseconds since 1970, on a clock that all processes share. */
  readonly now?: () => number
}

interface Row {
  readonly epoch: string
  readonly seq: number
  readonly bytes: number
  readonly digest: number
  readonly outcome: RunOutcome | null
  readonly owner: string
  readonly lease_until: number
  readonly request: string | null
}

const schema = [
  `CREATE TABLE IF NOT EXISTS agentstream_runs (run_id TEXT PRIMARY KEY, epoch TEXT NOT NULL, seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
    digest INTEGER NOT NULL, outcome TEXT, owner TEXT NOT NULL, lease_until INTEGER NOT NULL, request TEXT) WITHOUT ROWID`,
  'CREATE INDEX IF NOT EXISTS agentstream_runs_age ON agentstream_runs (lease_until)',
  'CREATE TABLE IF NOT EXISTS agentstream_entries (epoch TEXT NOT NULL, seq INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS agentstream_messages (epoch TEXT NOT NULL, seq INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (epoch, seq)) WITHOUT ROWID',
]
const batchLength = 256
/** Expired runs removed by one that opens: nobody waits long for the rubbish of others. */
const removedAtOnce = 8

export interface Claim {
  /** Who holds the lease: made by whoever opens or takes up a run, and told to nobody. */
  readonly owner: string
  readonly leaseMs: number
}

export interface Writer {
  readonly owner: string
  /** How many events it knows to be stored. Those beyond are the first of what it asks again to store, and are not stored twice. */
  readonly known?: number | undefined
}

export interface RunTable {
  open(runId: string, claim: Claim & { readonly request?: string | undefined }): 'producer' | 'reader'
  append(runId: string, writer: Writer, events: readonly EncodedEvent[]): string
  close(runId: string, owner: string, outcome: RunOutcome): void
  /** Throws for a run it does not have and a cursor that it did not hand out. */
  reader(runId: string, after: string | undefined): () => News<readonly JournalEntry[]>
  status(runId: string): JournalStatus
  renew(runId: string, claim: Claim): void
  release(runId: string, owner: string): void
  takeUp(runId: string, claim: Claim): TakenRun | undefined
  send(runId: string, message: string): boolean
  mailbox(runId: string): () => News<string>
  /** When the run expires, in milliseconds since 1970; undefined when it is not there. */
  expiryOf(runId: string): number | undefined
}

export function createRunTable(sql: Sql, options: RunTableOptions = {}): RunTable {
  const { keepMs = 86_400_000, maxEventsPerRun = 1_000_000, maxBytesPerRun = 32 * 1024 * 1024, now = Date.now } = options
  for (const statement of schema) sql.rows(statement)

  const find = (runId: string): Row | undefined => {
    const found = sql.rows('SELECT * FROM agentstream_runs WHERE run_id = ? AND lease_until > ?', runId, now() - keepMs)[0]
    // The schema above says what is in a row.
    return found as Row | undefined
  }
  const known = (runId: string): Row => {
    const row = find(runId)
    if (!row) throw new AgentStreamError('agent', 'The journal has no such run')
    return row
  }
  const owned = (runId: string, owner: string): Row => {
    const row = known(runId)
    if (row.owner !== owner) throw new AgentStreamError('agent', 'The run was taken up by another process')
    return row
  }
  const isAbandoned = (row: Row): boolean => row.outcome === null && row.lease_until <= now()
  const remove = (runId: string, epoch: string): void => {
    for (const table of ['agentstream_entries', 'agentstream_messages']) sql.rows(`DELETE FROM ${table} WHERE epoch = ?`, epoch)
    sql.rows('DELETE FROM agentstream_runs WHERE run_id = ?', runId)
  }
  const removeExpired = (runId: string): void => {
    const old = sql.rows(
      'SELECT run_id, epoch FROM (SELECT run_id, epoch, lease_until FROM agentstream_runs WHERE lease_until <= ? LIMIT ?) UNION SELECT run_id, epoch FROM agentstream_runs WHERE run_id = ? AND lease_until <= ?',
      now() - keepMs,
      removedAtOnce,
      runId,
      now() - keepMs,
    )
    for (const row of old as readonly { readonly run_id: string; readonly epoch: string }[]) remove(row.run_id, row.epoch)
  }
  /** How many of the events fit, and what is wrong with the one after them. */
  const fitting = (row: Row, events: readonly EncodedEvent[]): { readonly count: number; readonly problem?: LimitError } => {
    let { seq, bytes } = row
    for (const [count, { data, isTerminal }] of events.entries()) {
      seq++
      bytes += data.length
      if (!isTerminal && seq > maxEventsPerRun) return { count, problem: new LimitError('The run', maxEventsPerRun, 'events') }
      if (!isTerminal && bytes > maxBytesPerRun) return { count, problem: new LimitError('The run', maxBytesPerRun, 'bytes') }
    }
    return { count: events.length }
  }
  const store = (runId: string, row: Row, events: readonly EncodedEvent[]): string => {
    let { seq, bytes, digest } = row
    for (const { data } of events) {
      seq++
      bytes += data.length
      digest = extendDigest(digest, data)
      sql.rows('INSERT INTO agentstream_entries (epoch, seq, data) VALUES (?, ?, ?)', row.epoch, seq, data)
    }
    sql.rows('UPDATE agentstream_runs SET seq = ?, bytes = ?, digest = ? WHERE run_id = ?', seq, bytes, digest, runId)
    return formatCursor({ epoch: row.epoch, seq })
  }

  return {
    open: (runId, { owner, leaseMs, request = null }) =>
      sql.atomically(() => {
        removeExpired(runId)
        const there = find(runId)
        // Asked again, because the first answer was lost.
        if (there) return there.owner === owner ? 'producer' : 'reader'
        const epoch = newEpoch()
        sql.rows('INSERT INTO agentstream_runs VALUES (?, ?, 0, 0, ?, NULL, ?, ?, ?)', runId, epoch, emptyDigest, owner, now() + leaseMs, request)
        return 'producer'
      }),
    append(runId, { owner, known: stored }, asked) {
      let problem: LimitError | undefined
      const cursor = sql.atomically(() => {
        if (known(runId).outcome !== null) throw new AgentStreamError('agent', 'The run is over; nothing can be added to it')
        const row = owned(runId, owner)
        const events = stored === undefined ? asked : asked.slice(Math.max(0, row.seq - stored))
        const fit = fitting(row, events)
        problem = fit.problem
        return store(runId, row, events.slice(0, fit.count))
      })
      if (problem) throw problem
      return cursor
    },
    close: (runId, owner, outcome) =>
      sql.atomically(() => {
        if (known(runId).outcome !== null) return
        owned(runId, owner)
        sql.rows('UPDATE agentstream_runs SET outcome = ?, lease_until = ? WHERE run_id = ?', outcome, now(), runId)
      }),
    reader(runId, after) {
      const { epoch, seq } = known(runId)
      const cursor = after === undefined ? { epoch, seq: 0 } : parseCursor(after)
      if (cursor?.epoch !== epoch || cursor.seq > seq) throw new AgentStreamError('agent', 'The cursor is not one of this run')
      let at = cursor.seq
      return () => {
        // Asked before the entries: what a run gets before it ends is then surely read.
        const row = find(runId)
        if (row?.epoch !== epoch) throw new AgentStreamError('agent', 'The run expired while it was read')
        if (row.seq === at) return { isOver: row.outcome !== null || isAbandoned(row) }
        const rows = sql.rows('SELECT seq, data FROM agentstream_entries WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?', epoch, at, batchLength)
        const entries = rows as readonly { readonly seq: number; readonly data: string }[]
        at += entries.length
        return { value: entries.map((entry) => storedEntry(formatCursor({ epoch, seq: entry.seq }), entry.data)) }
      }
    },
    status(runId) {
      const row = find(runId)
      return row ? statusOf(row, isAbandoned(row)) : { status: 'unknown' }
    },
    renew: (runId, { owner, leaseMs }) =>
      sql.atomically(() => {
        const { outcome } = owned(runId, owner)
        if (outcome === null) sql.rows('UPDATE agentstream_runs SET lease_until = ? WHERE run_id = ?', now() + leaseMs, runId)
      }),
    release: (runId, owner) =>
      sql.atomically(() => {
        const { outcome } = owned(runId, owner)
        if (outcome === null) sql.rows("UPDATE agentstream_runs SET owner = '-', lease_until = ? WHERE run_id = ?", now(), runId)
      }),
    takeUp: (runId, { owner, leaseMs }) =>
      sql.atomically(() => {
        const row = find(runId)
        if (!row || (!isAbandoned(row) && row.owner !== owner)) return undefined
        sql.rows('UPDATE agentstream_runs SET owner = ?, lease_until = ? WHERE run_id = ?', owner, now() + leaseMs, runId)
        return row.request === null ? {} : { request: row.request }
      }),
    send: (runId, message) =>
      sql.atomically(() => {
        const row = find(runId)
        if (!row || row.outcome !== null) return false
        sql.rows(
          'INSERT INTO agentstream_messages SELECT ?, COALESCE(MAX(seq), 0) + 1, ? FROM agentstream_messages WHERE epoch = ?',
          row.epoch,
          message,
          row.epoch,
        )
        return true
      }),
    mailbox(runId) {
      const { epoch } = known(runId)
      let at = 0
      return () => {
        const row = find(runId)
        if (row?.epoch !== epoch || row.outcome !== null) return { isOver: true }
        const next = sql.rows('SELECT data FROM agentstream_messages WHERE epoch = ? AND seq = ?', epoch, at + 1)[0]
        if (!next) return { isOver: false }
        at++
        return { value: (next as { readonly data: string }).data }
      }
    },
    expiryOf(runId) {
      const row = find(runId)
      return row && row.lease_until + keepMs
    },
  }
}

function statusOf(row: Row, isAbandoned: boolean): JournalStatus {
  return {
    status: row.outcome ?? 'running',
    digest: formatDigest(row.digest),
    ...(row.seq === 0 ? {} : { cursor: formatCursor({ epoch: row.epoch, seq: row.seq }) }),
    ...(isAbandoned ? { isAbandoned } : {}),
  }
}
