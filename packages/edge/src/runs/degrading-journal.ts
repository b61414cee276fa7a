/**
 * A journal that goes on in memory where its storage fails: a run is worth more than its record. What is told and how it ends stay
 * true; what is lost is that it outlives this process. Knows no agents and no HTTP.
 */
import {
  type AgentEvent,
  AgentStreamError,
  emptyDigest,
  extendDigest,
  formatCursor,
  formatDigest,
  isAgentStreamError,
  parseCursor,
  type RunOutcome,
} from '@agentstream/client/wire'
import { createDoorbell, follow, type News } from './doorbell.ts'
import { encodeAll } from './encode-all.ts'
import { type Journal, type JournalEntry, type JournalStatus, newEpoch, storedEntry } from './journal.ts'

/** Who is told. */
export interface DegradingJournalOptions {
  /** Told what the storage said when a run began to go on without it, once per run. */
  readonly onDegraded?: (runId: string, error: unknown) => void
}

/** What this process knows of a run it produces. */
interface Mirror {
  epoch: string
  /** Of its events, in order. */
  readonly texts: string[]
  digest: number
  outcome: RunOutcome | undefined
  /** Ends the reading of the storage, for those who go on with this copy. */
  readonly degraded: AbortController
}

const batchLength = 512
/** How many runs that are over, and have nowhere else to be, can still be read. */
const mostFinished = 100

/**
 * The journal, with a copy in memory of every run that this process produces, until it is over. A run whose storage fails goes on
 * from there: viewers of this process see all of it, and can resume it here. Elsewhere it is abandoned, and `truncated` or taken up
 * as any run whose process died. Limits, and a run that another process took over, are no failures of storage: they end it as ever.
 */
export function degradingJournal(journal: Journal, { onDegraded }: DegradingJournalOptions = {}): Journal {
  const mirrors = new Map<string, Mirror>()
  // Degraded runs that are over, oldest first.
  const finished: string[] = []
  // Nothing rings by itself: whoever writes here rings.
  const doorbell = createDoorbell(2 ** 31 - 1)
  const { shared } = journal

  const keep = (mirror: Mirror, texts: readonly string[]): string => {
    for (const text of texts) {
      mirror.texts.push(text)
      mirror.digest = extendDigest(mirror.digest, text)
    }
    return lastCursor(mirror) ?? ''
  }
  const degrade = (runId: string, mirror: Mirror, error: unknown): void => {
    mirror.degraded.abort()
    onDegraded?.(runId, error)
  }
  const store = async (
    runId: string,
    mirror: Mirror,
    { events, texts }: { readonly events: readonly AgentEvent[]; readonly texts: readonly string[] },
  ): Promise<string> => {
    if (isDegraded(mirror) || texts.length === 0) return keep(mirror, texts)
    try {
      const cursor = await journal.append(runId, events, texts)
      mirror.epoch = parseCursor(cursor)?.epoch ?? mirror.epoch
      keep(mirror, texts)
      return cursor
    } catch (error) {
      // A limit, or a run that is another's now: that is for whoever writes to know.
      if (isAgentStreamError(error)) {
        mirrors.delete(runId)
        throw error
      }
      degrade(runId, mirror, error)
      return keep(mirror, texts)
    }
  }
  const isHere = (runId: string): boolean => {
    const mirror = mirrors.get(runId)
    return mirror !== undefined && isDegraded(mirror)
  }
  return {
    durable: journal.durable,
    async open(runId, request) {
      const role = await journal.open(runId, request)
      if (role === 'producer') mirrors.set(runId, newMirror())
      return role
    },
    async append(runId, events) {
      const mirror = mirrors.get(runId)
      if (!mirror) return journal.append(runId, events)
      const { encoded, problem } = encodeAll(events)
      const texts = encoded.map(({ data }) => data)
      try {
        const cursor = await store(runId, mirror, { events: events.slice(0, texts.length), texts })
        if (problem) throw problem.cause
        return cursor
      } finally {
        doorbell.ring(runId)
      }
    },
    async close(runId, outcome) {
      const mirror = mirrors.get(runId)
      if (!mirror) return journal.close(runId, outcome)
      try {
        // Its storage has a part of it only, should it be there again.
        await journal.close(runId, isDegraded(mirror) ? 'truncated' : outcome)
        if (!isDegraded(mirror)) mirrors.delete(runId)
      } catch (error) {
        if (!isDegraded(mirror)) {
          if (isAgentStreamError(error)) {
            mirrors.delete(runId)
            throw error
          }
          degrade(runId, mirror, error)
        }
      } finally {
        mirror.outcome = outcome
        if (isDegraded(mirror)) finished.push(runId)
        if (finished.length > mostFinished) mirrors.delete(finished.shift() ?? '')
        doorbell.ring(runId)
      }
    },
    async *read(runId, after, signal) {
      const mirror = mirrors.get(runId)
      let last = after
      try {
        const reading = mirror ? AbortSignal.any([signal, mirror.degraded.signal]) : signal
        if (!mirror || !isDegraded(mirror))
          for await (const batch of journal.read(runId, after, reading)) {
            last = batch.at(-1)?.id ?? last
            yield batch
          }
      } catch (error) {
        // Whoever reads notices a failing storage as well; the copy has what it did not give.
        if (!mirror || !isDegraded(mirror)) throw error
      }
      if (mirror && isDegraded(mirror)) yield* follow({ doorbell, runId, signal }, reader(mirror, last))
    },
    async status(runId) {
      const mirror = mirrors.get(runId)
      return mirror && isDegraded(mirror) ? statusOf(mirror) : journal.status(runId)
    },
    ...(shared && { shared: { ...shared, renew: async (runId) => (isHere(runId) ? undefined : shared.renew(runId)) } }),
  }
}

const isDegraded = ({ degraded }: Mirror): boolean => degraded.signal.aborted

function newMirror(): Mirror {
  return { epoch: newEpoch(), texts: [], digest: emptyDigest, outcome: undefined, degraded: new AbortController() }
}

function lastCursor({ epoch, texts }: Mirror): string | undefined {
  return texts.length === 0 ? undefined : formatCursor({ epoch, seq: texts.length })
}

function statusOf(mirror: Mirror): JournalStatus {
  const { digest, outcome } = mirror
  const cursor = lastCursor(mirror)
  return { status: outcome ?? 'running', digest: formatDigest(digest), ...(cursor === undefined ? {} : { cursor }) }
}

/** What is there and not yet read; a run that is over and read ends it. Throws for a cursor that is not one of the run. */
function reader(mirror: Mirror, after: string | undefined): () => News<readonly JournalEntry[]> {
  const { texts, epoch } = mirror
  const cursor = after === undefined ? { epoch, seq: 0 } : parseCursor(after)
  if (cursor?.epoch !== epoch || cursor.seq > texts.length) throw new AgentStreamError('agent', 'The cursor is not one of this run')
  let at = cursor.seq
  return () => {
    const before = at
    const value = texts.slice(before, before + batchLength).map((data, n) => storedEntry(formatCursor({ epoch, seq: before + n + 1 }), data))
    at += value.length
    return value.length > 0 ? { value } : { isOver: mirror.outcome !== undefined }
  }
}
