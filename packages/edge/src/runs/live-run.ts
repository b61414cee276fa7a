import { parseCursor, type RunOutcome } from '@agentstream/client/wire'
import { workIsOver } from '../abort.ts'
import type { ApprovalDesk } from './approval-desk.ts'
import { type Cancellation, createCancellation } from './cancellation.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { createPace, type Pace, type PacedReader } from './pace.ts'
import type { RunEnding } from './produce.ts'

/** A run whose agent works in this process. */
export interface LiveRun {
  readonly cancellation: Cancellation
  /** Where its questions to people wait. */
  readonly desk: ApprovalDesk
  /** Whether another process could go on with it. */
  readonly isResumable: boolean
  /** Absent where the run does not wait for its viewer. */
  readonly pace: Pace | undefined
  /** One per connection that watches, each with the switch that ends its reading. */
  readonly viewers: Set<AbortController>
  /** Settled when the journal has answered who runs it; until then it cannot be read. */
  readonly opened: Promise<'producer' | 'reader'>
  /** Settled when the run is over; undefined when another process turned out to be running it. */
  ending: Promise<LiveEnding | undefined>
}

export interface LiveEnding extends RunEnding {
  /** It is not over: another process goes on with it, or will. */
  readonly moved?: true
}

export interface LiveRunOptions extends Pick<LiveRun, 'opened' | 'desk' | 'isResumable'> {
  /** Whether the run waits for an only viewer that is far behind. */
  readonly isPaced?: boolean
}

export function createLiveRun({ isPaced = false, ...options }: LiveRunOptions): LiveRun {
  const cancellation = createCancellation()
  const pace = isPaced ? createPace(cancellation.signal) : undefined
  return { ...options, cancellation, pace, viewers: new Set(), ending: Promise.resolve(undefined) }
}

/** How a run ended, as the last frame of its stream says it. */
export interface RunEnd {
  readonly outcome: RunOutcome
  readonly cursor?: string
  readonly digest?: string
  /** See `RunEnding.lost`. */
  readonly lost?: RunEnding['lost']
}

/** One connection that watches a run. */
export interface RunView {
  /** What happened after the view's cursor, then what happens, until the run is over or the view is closed. */
  entries(): AsyncIterable<readonly JournalEntry[]>
  /** How it ended; to be asked when the entries are. Undefined when the run is not known to be over. */
  end(): Promise<RunEnd | undefined>
  /** Stops watching, or stops the run with that where nobody else watches it. Safe to call more than once. */
  close(how?: 'left' | 'stopped'): void
}

export interface ViewOptions {
  readonly journal: Journal
  readonly key: string
  readonly after?: string | undefined
  readonly run: LiveRun | undefined
  readonly onWatched: (run: LiveRun) => void
  /** Called when the last viewer of the run left. */
  readonly onAbandoned: (run: LiveRun, how: 'left' | 'stopped') => void
  /** Sees to a run that nobody works on any more. True when there is more to read. */
  readonly revive?: ((key: string) => Promise<boolean>) | undefined
}

export function openView(options: ViewOptions): RunView {
  const { journal, key, after, run, onWatched, onAbandoned, revive } = options
  const reading = new AbortController()
  run?.viewers.add(reading)
  if (run) onWatched(run)
  const openReader = (pace: Pace): PacedReader => {
    const reader = pace.join((after === undefined ? undefined : parseCursor(after)?.seq) ?? 0)
    reading.signal.addEventListener('abort', reader.leave, { once: true })
    return reader
  }
  const revived = async function* (goesOn: (key: string) => Promise<boolean>): AsyncGenerator<readonly JournalEntry[], void, undefined> {
    let at = after
    do {
      for await (const batch of journal.read(key, at, reading.signal)) {
        at = batch.at(-1)?.id ?? at
        yield batch
      }
    } while (!reading.signal.aborted && (await goesOn(key)))
  }
  return {
    entries: () =>
      revive ? revived(revive) : run?.pace ? paced(journal.read(key, after, reading.signal), openReader(run.pace)) : journal.read(key, after, reading.signal),
    async end() {
      const ending = await run?.ending
      if (ending?.moved) return undefined
      if (ending?.lost) return { outcome: ending.outcome, lost: ending.lost }
      const { status, ...position } = await journal.status(key)
      return status === 'running' || status === 'unknown' ? undefined : { outcome: status, ...position }
    },
    close(how = 'left') {
      reading.abort(workIsOver)
      if (run?.viewers.delete(reading) && run.viewers.size === 0) onAbandoned(run, how)
    },
  }
}

/** Tells the run how far the view has come. No generator: it would stand between every event and its viewer. */
function paced(entries: AsyncIterable<readonly JournalEntry[]>, reader: PacedReader): AsyncIterable<readonly JournalEntry[]> {
  const took = (step: IteratorResult<readonly JournalEntry[], undefined>): typeof step => {
    if (!step.done) reader.took(step.value.length)
    return step
  }
  return {
    [Symbol.asyncIterator]() {
      const iterator = entries[Symbol.asyncIterator]()
      return {
        next: () => iterator.next().then(took),
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
