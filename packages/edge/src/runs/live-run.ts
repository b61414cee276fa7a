import { parseCursor, type RunOutcome } from '@agentstream/client/wire'
import { workIsOver } from '../abort.ts'
import type { ApprovalDesk } from './approval-desk.ts'
import { type Cancellation, createCancellation } from './cancellation.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { createPace, type Pace, type PacedReader } from './pace.ts'
import type { RunEnding } from './produce.ts'
import { within } from './within.ts'

/** A run whose agent works in this process. */
export interface LiveRun {
  readonly cancellation: Cancellation
  /** Where its questions to people wait. */
  readonly desk: ApprovalDesk
  /** Whether another process could go on with it. */
  readonly isResumable: boolean
  /** The conversation that it is part of, where only one answer at a time is under way. */
  readonly sessionKey?: string | undefined
  /** Absent where the run does not wait for its viewer. */
  readonly pace: Pace | undefined
  /** One per connection that watches, each with the switch that ends its reading. */
  readonly viewers: Set<AbortController>
  /** Whether it goes on without viewers, because one of them means to come back. */
  isKept: boolean
  /** Settled when the journal has answered who runs it; until then it cannot be read. */
  readonly opened: Promise<'producer' | 'reader'>
  /** Settled when the run is over; undefined when another process turned out to be running it. */
  ending: Promise<LiveEnding | undefined>
}

export interface LiveEnding extends RunEnding {
  /** It is not over: another process goes on with it, or will. */
  readonly moved?: true
}

export interface LiveRunOptions extends Pick<LiveRun, 'opened' | 'desk' | 'isResumable' | 'sessionKey'> {
  /** How long the run waits for an only viewer that is far behind and takes nothing. It waits for nobody when this is undefined. */
  readonly viewerTimeoutMs?: number | undefined
}

export function createLiveRun({ viewerTimeoutMs, ...options }: LiveRunOptions): LiveRun {
  const cancellation = createCancellation()
  const pace = viewerTimeoutMs === undefined ? undefined : createPace({ signal: cancellation.signal, viewerTimeoutMs })
  return { ...options, cancellation, pace, viewers: new Set(), isKept: false, ending: Promise.resolve(undefined) }
}

/**
 * How the run ended. Where others share the journal, undefined too after a lease: it may be frozen here, as Workers do with what
 * nobody waits for, and then its end is another's to tell.
 */
export async function endingOf(run: LiveRun | undefined, shared: { readonly leaseMs: number } | undefined): Promise<LiveEnding | undefined> {
  return run && shared ? within(shared.leaseMs, run.ending) : run?.ending
}

/** How a run ended, as the last frame of its stream says it. */
export interface RunEnd {
  readonly outcome: RunOutcome
  readonly cursor?: string
  readonly digest?: string
  /** See `RunEnding.lost`. */
  readonly lost?: RunEnding['lost']
}

/** Keeps the process at work until a run is over that goes on in it: Workers stop what nobody waits for. */
export type Hold = (ending: Promise<unknown>) => void

/** How a viewer leaves: for now, for good, or with the run to go on for whoever comes back. */
export type Leaving = 'left' | 'stopped' | 'kept'

/** One connection that watches a run. */
export interface RunView {
  /** What happened after the view's cursor, then what happens, until the run is over or the view is closed. */
  entries(hold?: Hold): AsyncIterable<readonly JournalEntry[]>
  /** How it ended; to be asked when the entries are. Undefined when the run is not known to be over. */
  end(): Promise<RunEnd | undefined>
  /**
   * Stops watching, or stops the run with that where nobody else watches it; a run that is `kept` goes on from here on, whoever
   * leaves. Safe to call more than once: the first one counts.
   */
  close(how?: Leaving): void
}

export interface ViewOptions {
  readonly journal: Journal
  readonly key: string
  readonly after?: string | undefined
  readonly run: LiveRun | undefined
  /** Whether nothing more comes of the run, though the journal does not know it. */
  readonly isUnclosed?: boolean
  readonly onWatched: (run: LiveRun) => void
  /** Called when the last viewer of the run left. */
  readonly onAbandoned: (run: LiveRun, how: Leaving) => void
  /** Where others share the journal. `revive` sees to a run that nobody works on any more; true when there is more to read. */
  readonly shared?: { readonly leaseMs: number; readonly revive: (hold: Hold | undefined) => Promise<boolean> } | undefined
}

export function openView(options: ViewOptions): RunView {
  const { journal, key, after, run, isUnclosed, onWatched, onAbandoned, shared } = options
  const reading = new AbortController()
  run?.viewers.add(reading)
  if (run) onWatched(run)
  const close = (how: Leaving): void => {
    reading.abort(workIsOver)
    if (!run?.viewers.delete(reading)) return
    run.isKept ||= how === 'kept'
    if (run.viewers.size === 0 && !run.isKept) onAbandoned(run, how)
  }
  const openReader = (pace: Pace): PacedReader => {
    const at = (after === undefined ? undefined : parseCursor(after)?.seq) ?? 0
    // It counts as gone: should it read again, it is cut, and asks for the rest.
    const reader = pace.join({ at, onStalled: () => close('left') })
    reading.signal.addEventListener('abort', reader.leave, { once: true })
    return reader
  }
  const revived = async function* (goesOn: () => Promise<boolean>): AsyncGenerator<readonly JournalEntry[], void, undefined> {
    let at = after
    do {
      for await (const batch of journal.read(key, at, reading.signal)) {
        at = batch.at(-1)?.id ?? at
        yield batch
      }
    } while (!reading.signal.aborted && (await goesOn()))
  }
  /** Without its end in the journal, whoever reads it waits for more for ever. */
  const unclosed = async function* (): AsyncGenerator<readonly JournalEntry[], void, undefined> {
    const { cursor } = await journal.status(key)
    if (cursor === undefined || cursor === after) return
    for await (const batch of journal.read(key, after, reading.signal)) {
      yield batch
      if (batch.at(-1)?.id === cursor) return
    }
  }
  const entries = (hold?: Hold): AsyncIterable<readonly JournalEntry[]> => {
    if (shared) return revived(() => shared.revive(hold))
    if (isUnclosed) return unclosed()
    const read = journal.read(key, after, reading.signal)
    return run?.pace ? paced(read, openReader(run.pace)) : read
  }
  return {
    entries,
    async end() {
      const ending = await endingOf(run, shared)
      if (ending?.moved) return undefined
      if (ending?.lost) return { outcome: ending.outcome, lost: ending.lost }
      const { status, ...position } = await journal.status(key)
      return status === 'running' || status === 'unknown' ? undefined : { outcome: status, ...position }
    },
    close: (how = 'left') => close(how),
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
