import { openSource, reading } from './source.ts'

/** When a batch is handed on: whatever comes first. Without any of these, all in one at the end. */
export interface BufferOptions<T> {
  /** So many items are a batch. */
  readonly count?: number
  /** A batch waits no longer than this after its first item. */
  readonly maxWaitMs?: number
  /** Whether an item is the last one of its batch: the end of a word, a line, a sentence. */
  readonly endsWith?: (item: T) => boolean
}

/**
 * Items in batches, for what is cheaper or calmer in larger pieces. None is lost: what is left goes out at the end, and before
 * an error of the stream is thrown. Leaving the loop leaves the stream's.
 *
 * @example
 * const isWordEnd = (text: string) => /\s$/.test(text)
 * for await (const words of bufferBy(textOf(client.stream(question)), { endsWith: isWordEnd, maxWaitMs: 250 })) console.log(words.join(''))
 */
export function bufferBy<T>(items: AsyncIterable<T>, options: BufferOptions<T>): AsyncIterableIterator<readonly T[]> {
  const { count = Number.POSITIVE_INFINITY, maxWaitMs, endsWith } = options
  const source = openSource(items)
  const alarm = createAlarm()

  return reading([source], async function* () {
    let batch: T[] = []
    let next: Promise<IteratorResult<T, undefined>> | undefined
    try {
      for (;;) {
        next ??= source.next()
        // The alarm is set with the first item of a batch, so one timer serves all of them.
        const ringing = alarm.ringing()
        const step = await (ringing ? Promise.race([next, ringing]) : next)
        if (step) {
          next = undefined
          if (step.done) break
          if (batch.push(step.value) === 1) alarm.set(maxWaitMs)
          if (batch.length < count && !endsWith?.(step.value)) continue
        }
        alarm.clear()
        yield batch
        batch = []
      }
    } catch (error) {
      if (batch.length > 0) yield batch
      throw error
    } finally {
      alarm.clear()
    }
    if (batch.length > 0) yield batch
  })
}

interface Alarm {
  set(ms: number | undefined): void
  clear(): void
  /** Resolves when it rings; undefined while it is not set. */
  ringing(): Promise<undefined> | undefined
}

function createAlarm(): Alarm {
  let timer: ReturnType<typeof setTimeout> | undefined
  let ringing: Promise<undefined> | undefined
  return {
    set(ms) {
      if (ms === undefined) return
      ringing = new Promise((resolve) => {
        timer = setTimeout(() => resolve(undefined), ms)
      })
    },
    clear() {
      clearTimeout(timer)
      ringing = undefined
    },
    ringing: () => ringing,
  }
}
