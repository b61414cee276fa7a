import { LimitError } from '../errors.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'

/** Events on their way to one consumer that reads at its own pace. */
export interface EventQueue {
  push(event: AgentEvent): void
  /** No more will come. */
  close(): void
  /** What has arrived since the last time, whenever there is something. For one reader. */
  batches(): AsyncGenerator<readonly AgentEvent[], void, undefined>
  /** Resolves when the consumer has taken all there is; undefined when it already has. */
  drained(): Promise<void> | undefined
}

/** `limit` events may wait at most; the reader gets a LimitError when more have. */
export function createEventQueue(limit = Number.POSITIVE_INFINITY): EventQueue {
  let waiting: AgentEvent[] = []
  let isClosed = false
  let isOverfull = false
  let wake: (() => void) | undefined
  let release: (() => void) | undefined
  return {
    push(event) {
      if (isOverfull) return
      isOverfull = waiting.push(event) > limit
      wake?.()
    },
    close() {
      isClosed = true
      wake?.()
    },
    async *batches() {
      for (;;) {
        if (waiting.length === 0) {
          release?.()
          release = undefined
          if (!isClosed) await new Promise<void>((resolve) => (wake = resolve))
          wake = undefined
        }
        if (isOverfull) throw new LimitError('The queue of a slow consumer', limit, 'events')
        if (waiting.length === 0) return
        const batch = waiting
        waiting = []
        yield batch
      }
    },
    drained: () => (waiting.length === 0 ? undefined : new Promise((resolve) => (release = resolve))),
  }
}
