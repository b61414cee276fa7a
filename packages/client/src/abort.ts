/** Waiting and stopping: everything here hands back what releases it. */

/** Resolves after `ms`, or as soon as the signal aborts; the caller looks at the signal. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
  })
}

export interface Watchdog {
  /** Something arrived at this time. No timer is touched. */
  touch(at: number): void
  /** From now on this much silence is too much; undefined for any. */
  watch(timeoutMs: number | undefined, onSilence: () => void): void
  release(): void
}

/** One timer that is set again only when it rings too early. `now` must not jump: performance.now, not Date.now. */
export function createWatchdog(now: () => number): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = now()
  return {
    touch(at) {
      last = at
    },
    watch(timeoutMs, onSilence) {
      clearTimeout(timer)
      last = now()
      if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return
      const ring = (): void => {
        const left = last + timeoutMs - now()
        if (left <= 0) onSilence()
        else timer = setTimeout(ring, left)
      }
      timer = setTimeout(ring, timeoutMs)
    },
    release: () => clearTimeout(timer),
  }
}

/** A controller that also aborts when `signal` does. `release` takes the listener off, so long-lived signals collect none. */
export function linkedController(signal: AbortSignal | undefined): { controller: AbortController; release(): void } {
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return { controller, release: () => signal?.removeEventListener('abort', abort) }
}
