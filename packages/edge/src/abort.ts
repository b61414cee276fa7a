/** Waits that end as soon as a signal aborts: one listener for all of them, taken off again by `release`. */
export interface Interruptible {
  /** The promise's outcome, or a throw of the signal's reason, whichever comes first. One wait at a time. */
  wait<T>(promise: PromiseLike<T>): Promise<T>
  release(): void
}

/**
 * Lets code stop waiting for things that ignore an abort: a fetch double, a tool, a foreign provider. A promise that is
 * left behind may still fail; its rejection counts as handled.
 */
export function interruptible(signal: AbortSignal): Interruptible {
  // Not Promise.race: racing every wait against one long promise keeps every result alive until the end of the run.
  let interrupt: ((reason: unknown) => void) | undefined
  const onAbort = (): void => interrupt?.(signal.reason)
  signal.addEventListener('abort', onAbort)
  return {
    wait: (promise) =>
      new Promise((resolve, reject) => {
        interrupt = reject
        if (signal.aborted) reject(signal.reason)
        promise.then(resolve, reject)
      }),
    release: () => signal.removeEventListener('abort', onAbort),
  }
}

/** Why work is aborted that nobody waits for any more. One for all: making one is dearer than the rest of an abort. */
export const workIsOver: unknown = new DOMException('The work is over', 'AbortError')

/**
 * A switch that can be thrown, once, from any request. Some Workers let a request abort only what hangs on itself, and throw
 * otherwise: then a wait throws it that belongs to the request that made the switch.
 */
export function switchOf<Given>(act: (given: Given) => void): (given: Given) => void {
  let hand = (_: Given): void => {}
  const handed = new Promise<Given>((resolve) => {
    hand = resolve
  })
  handed.then(act).catch(() => {}) // Refused again, there is nobody left to throw it.
  return (given) => {
    try {
      act(given)
    } catch {
      hand(given)
    }
  }
}

/** A signal that aborts with its parent, or alone. */
export interface LinkedAbort {
  readonly signal: AbortSignal
  /** Because the work is over, unless told. */
  abort(reason?: unknown): void
  /** Lets go of the parent. */
  release(): void
}

/** Like AbortSignal.any, but handing back what it holds on to: a run's signal outlives the many calls made under it. */
export function linkedAbort(parent: AbortSignal): LinkedAbort {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(parent.reason)
  if (parent.aborted) onAbort()
  else parent.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    abort: (reason = workIsOver) => controller.abort(reason),
    release: () => parent.removeEventListener('abort', onAbort),
  }
}

/** Resolves after `ms` milliseconds; throws the signal's reason when it aborts before. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** Watches for silence while something is awaited. */
export interface StallTimer {
  /** A wait begins. */
  start(): void
  /** It is over; time spent elsewhere, as by a slow reader, does not count. */
  pause(): void
  stop(): void
}

/** One timer for a whole stream: it is set again when it fires early, never per chunk. On a clock that never jumps. */
export function stallTimer(timeoutMs: number, onStall: () => void): StallTimer {
  let waitingSince: number | undefined
  const check = (): void => {
    const rest = waitingSince === undefined ? timeoutMs : waitingSince + timeoutMs - performance.now()
    if (rest <= 0) onStall()
    else timer = setTimeout(check, rest)
  }
  let timer = setTimeout(check, timeoutMs)
  return {
    start() {
      waitingSince = performance.now()
    },
    pause() {
      waitingSince = undefined
    },
    stop: () => clearTimeout(timer),
  }
}
