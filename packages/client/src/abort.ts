/** Waiting and stopping: everything here hands back what releases it. */
import { StreamTimeoutError } from './errors.ts'

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

/** A timer that rings this late did not run: the page was frozen, or the machine asleep. */
const tooLateMs = 2000

/**
 * One timer that is set again only when it rings too early. `now` must not jump: performance.now, not Date.now. Time in which
 * nothing here could run is nobody's silence: what arrived meanwhile is still to be read, and gets as long again for that.
 */
export function createWatchdog(now: () => number): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = now()
  let due = 0
  let wasLate = false
  return {
    touch(at) {
      last = at
    },
    watch(timeoutMs, onSilence) {
      clearTimeout(timer)
      last = now()
      if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return
      const set = (ms: number): void => {
        due = now() + ms
        timer = setTimeout(ring, ms)
      }
      const ring = (): void => {
        const at = now()
        const isLate = at - due > tooLateMs
        // Once: the timers of hidden pages are always late, though what arrives is read.
        if (isLate && !wasLate) last = at
        wasLate = isLate
        const left = last + timeoutMs - at
        if (left <= 0) onSilence()
        else set(left)
      }
      set(timeoutMs)
    },
    release: () => clearTimeout(timer),
  }
}

export interface LinkedController {
  readonly controller: AbortController
  /** Why it aborted, where that was its own time limit. */
  expired(): StreamTimeoutError | undefined
  release(): void
}

/** A controller that also aborts when `signal` does, and after so long. `release` takes the listener off, so long-lived signals collect none. */
export function linkedController(signal: AbortSignal | undefined, timeoutMs?: number): LinkedController {
  const controller = new AbortController()
  const abort = (): void => controller.abort(signal?.reason)
  let expiry: StreamTimeoutError | undefined
  const expire = (): void => {
    expiry = new StreamTimeoutError('total', timeoutMs ?? 0)
    controller.abort(expiry)
  }
  const clock = timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs)
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return {
    controller,
    expired: () => expiry,
    release() {
      clearTimeout(clock)
      signal?.removeEventListener('abort', abort)
    },
  }
}
