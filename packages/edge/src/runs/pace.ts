/**
 * How far a run may get ahead of its only viewer. Where nobody but that viewer gets anything of it, the model is read as fast as
 * the viewer reads, with some room; with a second viewer nobody waits for the slower one. Counts events, and knows neither.
 */
export interface Pace {
  /** Told how many events were stored: something to wait for, where the viewer is too far behind. */
  wrote(events: number): Promise<void> | undefined
  /** Someone begins to read. */
  join(reader: Joining): PacedReader
}

export interface Joining {
  /** How many events it has already. */
  readonly at: number
  /** Called when the run has waited for it alone for too long, and it took nothing. */
  readonly onStalled: () => void
}

export interface PacedReader {
  took(events: number): void
  leave(): void
}

export interface PaceOptions {
  /** Nothing waits any longer once it aborts. */
  readonly signal: AbortSignal
  /** How long a run waits for a viewer that takes nothing. */
  readonly viewerTimeoutMs: number
}

/** One that moves on. */
type Reader = Joining & { at: number }

/** Far more than a network holds back, and little enough to keep for every run. */
const eventsAhead = 4096

export function createPace({ signal, viewerTimeoutMs }: PaceOptions): Pace {
  const readers = new Set<Reader>()
  let written = 0
  let goOn: (() => void) | undefined
  let patience: ReturnType<typeof setTimeout> | undefined
  const awaited = (): Reader | undefined => {
    const [only] = readers
    return readers.size === 1 && !signal.aborted && only && written - only.at > eventsAhead ? only : undefined
  }
  const check = (): void => {
    clearTimeout(patience)
    const only = awaited()
    if (only && goOn) patience = setTimeout(only.onStalled, viewerTimeoutMs)
    if (only) return
    goOn?.()
    goOn = undefined
  }
  signal.addEventListener('abort', check, { once: true })
  return {
    wrote(events) {
      written += events
      if (!awaited()) return undefined
      return new Promise((resolve) => {
        goOn = resolve
        check()
      })
    },
    join({ at, onStalled }) {
      const reader = { at, onStalled }
      readers.add(reader)
      check()
      return {
        took(events) {
          reader.at += events
          check()
        },
        leave() {
          readers.delete(reader)
          check()
        },
      }
    },
  }
}
