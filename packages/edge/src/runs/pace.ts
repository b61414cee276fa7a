/**
 * How far a run may get ahead of its only viewer. Where nobody but that viewer gets anything of it, the model is read as fast as
 * the viewer reads, with some room; with a second viewer nobody waits for the slower one. Counts events, and knows neither.
 */
export interface Pace {
  /** Told how many events were stored: something to wait for, where the viewer is too far behind. */
  wrote(events: number): Promise<void> | undefined
  /** Someone begins to read after so many events. */
  join(at: number): PacedReader
}

export interface PacedReader {
  took(events: number): void
  leave(): void
}

/** Far more than a network holds back, and little enough to keep for every run. */
const eventsAhead = 4096

/** Nothing waits any longer once the signal aborts. */
export function createPace(signal: AbortSignal): Pace {
  const readers = new Set<{ at: number }>()
  let written = 0
  let goOn = (): void => {}
  const isAhead = (): boolean => {
    const [only] = readers
    return only !== undefined && readers.size === 1 && !signal.aborted && written - only.at > eventsAhead
  }
  const check = (): void => {
    if (!isAhead()) goOn()
  }
  signal.addEventListener('abort', check, { once: true })
  return {
    wrote(events) {
      written += events
      if (!isAhead()) return undefined
      return new Promise((resolve) => {
        goOn = resolve
      })
    },
    join(at) {
      const reader = { at }
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
