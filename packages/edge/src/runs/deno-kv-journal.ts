/** Runs in Deno KV, which processes on one machine or all over the world share. */
import { AgentStreamError, emptyDigest, extendDigest, formatCursor, formatDigest, LimitError, parseCursor, type RunOutcome } from '@agentstream/client/wire'
import { createDoorbell, follow } from './doorbell.ts'
import { type EncodedEvent, encodeAll } from './encode-all.ts'
import { type Journal, type JournalEntry, type JournalStatus, newEpoch, storedEntry } from './journal.ts'
import { commit } from './kv/commit.ts'
import type { KvStore } from './kv/kv-store.ts'
import { createLongTexts, type LongText } from './kv/long-texts.ts'
import { createLeaseholder } from './leaseholder.ts'

/** What is kept, for how long, and how processes find out about each other. */
export interface DenoKvJournalOptions {
  /** How long a producer that is not heard of keeps its run, 15 seconds unless told. */
  readonly leaseMs?: number
  /** How often those who wait look without being told, a second unless told: over a file, nothing tells what another process wrote. */
  readonly pollMs?: number
  /** How long what is written stays, one day unless told. No run may take longer. */
  readonly keepMs?: number
  /** Events of one run, 1,000,000 unless told. */
  readonly maxEventsPerRun?: number
  /** Characters of JSON of one run, 32 Mi unless told. */
  readonly maxBytesPerRun?: number
  /** Milliseconds since 1970, on a clock that all processes share. */
  readonly now?: () => number
}

/** What is known of a run; under one key, so that every change to it is seen, and none is made twice. */
interface RunValue {
  readonly epoch: string
  readonly seq: number
  readonly bytes: number
  readonly digest: number
  readonly outcome?: RunOutcome
  readonly owner: string
  readonly leaseUntil: number
  /** Where it is kept. */
  readonly request?: LongText
  readonly messages: readonly string[]
}
interface Found {
  readonly run: RunValue | undefined
  readonly versionstamp: string | null
}

/**
 * A journal in Deno KV.
 *
 * ```ts
 * createAgentHandler({ agents, journal: denoKvJournal(await Deno.openKv()) })
 * ```
 */
export function denoKvJournal(kv: KvStore, options: DenoKvJournalOptions = {}): Journal {
  const { leaseMs = 15_000, pollMs = 1_000, keepMs = 86_400_000, maxEventsPerRun = 1_000_000, maxBytesPerRun = 32 * 1024 * 1024, now = Date.now } = options
  const leases = createLeaseholder()
  const doorbell = createDoorbell(pollMs)
  const texts = createLongTexts(kv, keepMs)
  const runKey = (runId: string): (string | number)[] => ['agentstream', runId, 'run']

  const find = async (runId: string): Promise<Found> => {
    const { value, versionstamp } = await kv.get(runKey(runId))
    // Only this file writes it.
    return { run: (value ?? undefined) as RunValue | undefined, versionstamp }
  }
  const known = async (runId: string): Promise<Found & { readonly run: RunValue }> => {
    const { run, versionstamp } = await find(runId)
    if (!run) throw new AgentStreamError('agent', 'The journal has no such run')
    return { run, versionstamp }
  }
  const isAbandoned = (run: RunValue): boolean => run.outcome === undefined && run.leaseUntil <= now()
  const save = async (runId: string, { versionstamp }: Found, run: RunValue, atomic = kv.atomic()): Promise<boolean> => {
    const ok = await commit(atomic.check({ key: runKey(runId), versionstamp }).set(runKey(runId), run, { expireIn: keepMs }))
    if (ok) doorbell.ring(runId)
    return ok
  }
  /** Changes a run, again if somebody else changed it meanwhile. What `change` throws or leaves undefined changes nothing. */
  const update = async <T>(runId: string, change: (run: RunValue) => { readonly run: RunValue; readonly result: T } | undefined): Promise<T | undefined> => {
    for (;;) {
      const found = await find(runId)
      const changed = found.run && change(found.run)
      if (!changed) return undefined
      if (await save(runId, found, changed.run)) return changed.result
    }
  }
  const owned = (runId: string, run: RunValue): RunValue => {
    if (run.owner !== leases.of(runId)) throw new AgentStreamError('agent', 'The run was taken up by another process')
    return run
  }

  /** Writes what fits, and the run's new state with it: all of it or nothing, and nothing once the run is another's. */
  const store = async (runId: string, events: readonly EncodedEvent[]): Promise<{ readonly cursor: string; readonly problem?: LimitError | undefined }> => {
    for (;;) {
      const found = await known(runId)
      if (found.run.outcome !== undefined) throw new AgentStreamError('agent', 'The run is over; nothing can be added to it')
      const { count, problem } = fitting(owned(runId, found.run), events)
      const batch = events.slice(0, count)
      const run = grown(found.run, batch)
      if (count === 0) return { cursor: formatCursor(run), problem }
      const text = await texts.write(runId, JSON.stringify(batch.map(({ data }) => data)))
      const atomic = kv.atomic().set(['agentstream', runId, run.epoch, run.seq], text, { expireIn: keepMs })
      if (await save(runId, found, run, atomic)) return { cursor: formatCursor(run), problem }
    }
  }
  const fitting = ({ seq, bytes }: RunValue, events: readonly EncodedEvent[]): { readonly count: number; readonly problem?: LimitError } => {
    let size = bytes
    for (const [count, { data, isTerminal }] of events.entries()) {
      size += data.length
      if (!isTerminal && seq + count >= maxEventsPerRun) return { count, problem: new LimitError('The run', maxEventsPerRun, 'events') }
      if (!isTerminal && size > maxBytesPerRun) return { count, problem: new LimitError('The run', maxBytesPerRun, 'bytes') }
    }
    return { count: events.length }
  }

  /** Rings at every change of the run, wherever it is made. */
  const hearChanges = (runId: string): (() => void) => {
    const reader = kv.watch([runKey(runId)]).getReader()
    const hear = async (): Promise<void> => {
      for (let step = await reader.read(); !step.done; step = await reader.read()) doorbell.ring(runId)
    }
    // A watch that breaks off leaves the doorbell's own rings, which come later but come.
    hear().catch(() => {})
    return () => void reader.cancel().catch(() => {})
  }
  async function* entriesAfter(runId: string, { epoch, at }: { epoch: string; at: number }): AsyncGenerator<JournalEntry[], void, undefined> {
    const prefix = ['agentstream', runId, epoch]
    // A batch stands under the sequence of its last entry: the first one from here on may begin with entries that were read.
    for await (const { key, value } of kv.list({ prefix, start: [...prefix, at + 1] }, { batchSize: 50 })) {
      const written = JSON.parse(await texts.read(runId, value as LongText)) as readonly string[]
      const before = Number(key[3]) - written.length
      yield written.map((data, n) => storedEntry(formatCursor({ epoch, seq: before + 1 + n }), data)).slice(Math.max(0, at - before))
    }
  }

  return {
    durable: true,
    open: (runId, request) =>
      leases.open(runId, async (owner) => {
        const found = await find(runId)
        if (found.run) return 'reader'
        const epoch = newEpoch()
        const start = { epoch, seq: 0, bytes: 0, digest: emptyDigest, owner, leaseUntil: now() + leaseMs, messages: [] }
        const run = request === undefined ? start : { ...start, request: await texts.write(runId, request) }
        return (await save(runId, found, run)) ? 'producer' : 'reader'
      }),
    async append(runId, events, texts) {
      const { encoded, problem } = encodeAll(events, texts)
      const stored = await store(runId, encoded)
      if (stored.problem) throw stored.problem
      if (problem) throw problem.cause
      return stored.cursor
    },
    async close(runId, outcome) {
      await known(runId)
      await update(runId, (run) => (run.outcome === undefined ? { run: { ...owned(runId, run), outcome }, result: true } : undefined))
      leases.release(runId)
    },
    async *read(runId, after, signal) {
      const { run } = await known(runId)
      const cursor = after === undefined ? { epoch: run.epoch, seq: 0 } : parseCursor(after)
      if (cursor?.epoch !== run.epoch || cursor.seq > run.seq) throw new AgentStreamError('agent', 'The cursor is not one of this run')
      const { epoch } = run
      let at = cursor.seq
      const stop = hearChanges(runId)
      try {
        const news = follow({ doorbell, runId, signal }, async () => {
          const { run: current } = await known(runId)
          if (current.epoch !== epoch) throw new AgentStreamError('agent', 'The run expired while it was read')
          return current.seq > at ? { value: at } : { isOver: current.outcome !== undefined || isAbandoned(current) }
        })
        for await (const from of news) {
          for await (const entries of entriesAfter(runId, { epoch, at: from })) {
            at += entries.length
            if (signal.aborted) return
            yield entries
          }
        }
      } finally {
        stop()
      }
    },
    async status(runId) {
      const { run } = await find(runId)
      return run ? statusOf(run, isAbandoned(run)) : { status: 'unknown' }
    },
    shared: {
      leaseMs,
      async renew(runId) {
        await known(runId)
        await update(runId, (run) => ({ run: { ...owned(runId, run), leaseUntil: now() + leaseMs }, result: true }))
      },
      async release(runId) {
        await update(runId, (run) => ({ run: { ...owned(runId, run), owner: '-', leaseUntil: now() }, result: true }))
        leases.release(runId)
      },
      takeUp: (runId) =>
        leases.takeUp(runId, async (owner) => {
          const taken = await update(runId, (run) => (isAbandoned(run) ? { run: { ...run, owner, leaseUntil: now() + leaseMs }, result: run } : undefined))
          return taken && (taken.request ? { request: await texts.read(runId, taken.request) } : {})
        }),
      async send(runId, message) {
        const sent = await update(runId, (run) =>
          run.outcome === undefined ? { run: { ...run, messages: [...run.messages, message] }, result: true } : undefined,
        )
        return sent ?? false
      },
      async *messages(runId, signal) {
        let heard = 0
        const stop = hearChanges(runId)
        try {
          yield* follow({ doorbell, runId, signal }, async () => {
            const { run } = await find(runId)
            const message = run?.messages[heard]
            if (!run || run.outcome !== undefined || message === undefined) return { isOver: run?.outcome !== undefined || !run }
            heard++
            return { value: message }
          })
        } finally {
          stop()
        }
      },
    },
  }
}

function grown(run: RunValue, events: readonly EncodedEvent[]): RunValue {
  let { bytes, digest } = run
  for (const { data } of events) {
    bytes += data.length
    digest = extendDigest(digest, data)
  }
  return { ...run, seq: run.seq + events.length, bytes, digest }
}

function statusOf(run: RunValue, isAbandoned: boolean): JournalStatus {
  const { epoch, seq, digest, outcome = 'running' } = run
  return {
    status: outcome,
    digest: formatDigest(digest),
    ...(seq === 0 ? {} : { cursor: formatCursor({ epoch, seq }) }),
    ...(isAbandoned ? { isAbandoned } : {}),
  }
}
