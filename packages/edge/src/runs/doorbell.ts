/** News of runs, for those in this process who wait for it: a ring goes in, waits end. Knows no storage. */
export interface Doorbell {
  ring(runId: string): void
  /** Calls back at every ring, and every so often without one. Returns the way to stop that. */
  listen(runId: string, onRing: () => void): () => void
}

/** Rings by itself `everyMs`: what another process wrote, or a lease that ran out, rings nowhere. One timer, while somebody listens. */
export function createDoorbell(everyMs: number): Doorbell {
  const listeners = new Map<string, Set<() => void>>()
  let timer: ReturnType<typeof setInterval> | undefined
  const ring = (runId: string): void => {
    for (const onRing of listeners.get(runId) ?? []) onRing()
  }
  return {
    ring,
    listen(runId, onRing) {
      const ofRun = listeners.get(runId) ?? new Set()
      listeners.set(runId, ofRun.add(onRing))
      timer ??= setInterval(() => {
        for (const each of listeners.keys()) ring(each)
      }, everyMs)
      return () => {
        ofRun.delete(onRing)
        if (ofRun.size === 0 && listeners.get(runId) === ofRun) listeners.delete(runId)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

/** What there is now: something new, or nothing, and then whether more can come. */
export type News<T> = { readonly value: T } | { readonly isOver: boolean }

export interface FollowOptions {
  readonly doorbell: Doorbell
  readonly runId: string
  readonly signal: AbortSignal
}

/** Asks for news, and asks again at every ring, until it is over or the signal aborts. */
export async function* follow<T>({ doorbell, runId, signal }: FollowOptions, ask: () => News<T> | Promise<News<T>>): AsyncGenerator<T, void, undefined> {
  let rang = false
  let wakeUp = (): void => {}
  const onRing = (): void => {
    rang = true
    wakeUp()
  }
  const stop = doorbell.listen(runId, onRing)
  signal.addEventListener('abort', onRing)
  try {
    while (!signal.aborted) {
      rang = false
      const news = await ask()
      if ('value' in news) yield news.value
      else if (news.isOver) return
      // What rang while it was asked is asked about again.
      else if (!rang)
        await new Promise<void>((resolve) => {
          wakeUp = resolve
        })
    }
  } finally {
    stop()
    signal.removeEventListener('abort', onRing)
  }
}
