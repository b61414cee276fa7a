/** Runs in the memory of one process: bounded, expiring, and gone with it. Events go in, entries come out; knows no agents and no HTTP. */
import {
  type AgentEvent,
  AgentStreamError,
  emptyDigest,
  formatCursor,
  formatDigest,
  isTerminalEvent,
  LimitError,
  parseCursor,
  type RunOutcome,
} from '@agentstream/client/wire'
import { createEventEncoder } from './encode-event.ts'
import { type Journal, type JournalEntry, type JournalStatus, newEpoch, storedEntry } from './journal.ts'

/** What is kept, and for how long. */
export interface MemoryJournalOptions {
  /** Runs kept at once, 1,000 unless told. The oldest finished one makes room; when all are running, no further one opens. */
  readonly maxRuns?: number
  /** Events of one run, 1,000,000 unless told. */
  readonly maxEventsPerRun?: number
  /** Characters of JSON of one run, 32 Mi unless told. */
  readonly maxBytesPerRun?: number
  /** How long a finished run can still be read, 5 minutes unless told. */
  readonly keepMs?: number
  /** Milliseconds on any clock that does not jump back. */
  readonly now?: () => number
}

/** Events that were stored together. One string costs less to keep than many; entries are made when they are read. */
interface Block {
  /** How many events came before. */
  readonly before: number
  /** The texts of all, and where each ends. */
  readonly text: string
  readonly ends: readonly number[]
  /** For who reads them right away; later they are parsed. */
  events: readonly AgentEvent[] | undefined
}

interface RunRecord {
  readonly epoch: string
  readonly blocks: Block[]
  /** Wakes the readers that wait for more. One function per reader, for as long as it reads. */
  readonly readers: Set<() => void>
  length: number
  bytes: number
  digest: number
  outcome: RunOutcome | undefined
  closedAt: number
}

// One batch is one chunk on the wire: large enough to be cheap, small enough that a slow viewer holds little.
const batchLength = 512
const batchBytes = 64 * 1024

/** A journal in memory, for one process. A finished run expires; readers that have it open still get all of it. */
export function createMemoryJournal(options: MemoryJournalOptions = {}): Journal {
  const { maxRuns = 1_000, maxEventsPerRun = 1_000_000, maxBytesPerRun = 32 * 1024 * 1024, keepMs = 300_000, now = () => performance.now() } = options
  const runs = new Map<string, RunRecord>()
  const { encode, extend } = createEventEncoder()
  // In order of closing, so that expiring looks at nothing it keeps.
  const finished = new Map<string, RunRecord>()

  const forget = (runId: string): void => {
    finished.delete(runId)
    runs.delete(runId)
  }
  const expire = (): void => {
    for (const [runId, record] of finished) {
      if (record.closedAt + keepMs > now()) return
      forget(runId)
    }
  }
  const makeRoom = (): void => {
    const oldest = finished.keys().next()
    if (oldest.done) throw new LimitError('The number of runs', maxRuns, 'runs at once')
    forget(oldest.value)
  }
  const find = (runId: string): RunRecord => {
    expire()
    const record = runs.get(runId)
    if (!record) throw new AgentStreamError('agent', 'The journal has no such run')
    return record
  }
  const checkRoom = (record: RunRecord, event: AgentEvent, data: string): void => {
    const isLong = record.length >= maxEventsPerRun
    if ((!isLong && record.bytes + data.length <= maxBytesPerRun) || isTerminalEvent(event)) return
    throw isLong ? new LimitError('The run', maxEventsPerRun, 'events') : new LimitError('The run', maxBytesPerRun, 'bytes')
  }
  const store = (record: RunRecord, events: readonly AgentEvent[]): void => {
    const before = record.length
    const texts: string[] = []
    const ends: number[] = []
    let end = 0
    try {
      for (const event of events) {
        const data = encode(event)
        checkRoom(record, event, data)
        texts.push(data)
        end += data.length
        ends.push(end)
        record.length++
        record.bytes += data.length
        record.digest = extend(record.digest)
      }
    } finally {
      const text = texts.join('')
      const last = record.blocks.at(-1)
      if (last) last.events = undefined
      if (end > 0) record.blocks.push({ before, text, ends, events })
      wake(record)
    }
  }

  return {
    durable: false,
    async open(runId) {
      expire()
      if (runs.has(runId)) return 'reader'
      if (runs.size >= maxRuns) makeRoom()
      runs.set(runId, newRecord())
      return 'producer'
    },
    async append(runId, events) {
      const record = find(runId)
      if (record.outcome) throw new AgentStreamError('agent', 'The run is over; nothing can be added to it')
      store(record, events)
      return idAt(record, record.length)
    },
    async close(runId, outcome) {
      const record = find(runId)
      if (record.outcome) return
      record.outcome = outcome
      record.closedAt = now()
      finished.set(runId, record)
      wake(record)
    },
    read: (runId, after, signal) => follow(() => find(runId), { after, signal }),
    async status(runId) {
      expire()
      const record = runs.get(runId)
      return record ? statusOf(record) : { status: 'unknown' }
    },
  }
}

function newRecord(): RunRecord {
  const epoch = newEpoch()
  return { epoch, blocks: [], readers: new Set(), length: 0, bytes: 0, digest: emptyDigest, outcome: undefined, closedAt: 0 }
}

function wake(record: RunRecord): void {
  for (const reader of record.readers) reader()
}

function statusOf(record: RunRecord): JournalStatus {
  const seq = record.length
  return { status: record.outcome ?? 'running', digest: formatDigest(record.digest), ...(seq === 0 ? {} : { cursor: idAt(record, seq) }) }
}

function idAt({ epoch }: RunRecord, seq: number): string {
  return formatCursor({ epoch, seq })
}

function startAfter(record: RunRecord, after: string | undefined): number {
  if (after === undefined) return 0
  const cursor = parseCursor(after)
  if (cursor?.epoch !== record.epoch || cursor.seq > record.length) throw new AgentStreamError('agent', 'The cursor is not one of this run')
  return cursor.seq
}

/** Reads by index from the shared list: a reader that is slow or gone costs the others nothing and holds nothing of its own. */
async function* follow(
  find: () => RunRecord,
  { after, signal }: { readonly after: string | undefined; readonly signal: AbortSignal },
): AsyncGenerator<readonly JournalEntry[], void, undefined> {
  const record = find()
  const start = startAfter(record, after)
  let wakeUp = (): void => {}
  const onChange = (): void => wakeUp()
  record.readers.add(onChange)
  signal.addEventListener('abort', onChange)
  try {
    for (let at = start; !signal.aborted; ) {
      const batch = batchFrom(record, at)
      at += batch.length
      if (batch.length > 0) yield batch
      else if (record.outcome) return
      else
        await new Promise<void>((resolve) => {
          wakeUp = resolve
        })
    }
  } finally {
    record.readers.delete(onChange)
    signal.removeEventListener('abort', onChange)
  }
}

function batchFrom({ epoch, blocks }: RunRecord, start: number): readonly JournalEntry[] {
  const batch: JournalEntry[] = []
  let bytes = 0
  for (let at = blockOf(blocks, start); at < blocks.length; at++) {
    const block = blocks[at]
    if (!block) break
    const { before, text, ends, events } = block
    for (let within = Math.max(0, start - before); within < ends.length; within++) {
      if (batch.length >= batchLength || bytes >= batchBytes) return batch
      const id = formatCursor({ epoch, seq: before + within + 1 })
      const data = text.slice(ends[within - 1] ?? 0, ends[within])
      const event = events?.[within]
      batch.push(event ? { id, event, data } : storedEntry(id, data))
      bytes += data.length
    }
  }
  return batch
}

/** The block that has the event at a place. */
function blockOf(blocks: readonly Block[], place: number): number {
  let [low, high] = [0, blocks.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.before ?? 0) <= place) low = middle
    else high = middle
  }
  return low
}
