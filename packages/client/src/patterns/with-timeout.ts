import { createWatchdog } from '../abort.ts'
import { StreamTimeoutError } from '../errors.ts'
import { openSource, reading } from './source.ts'

/** Limits in milliseconds; none where absent. What takes longer ends in a StreamTimeoutError. */
export interface TimeoutOptions {
  /** The longest silence. Only waiting for the stream counts, not what the loop does with an item. */
  readonly idleMs?: number
  /** The longest time for all of it, from the first item asked for. */
  readonly totalMs?: number
}

/**
 * The same stream, with limits on time: StreamTimeoutError when one is passed, and the stream is left, as it is when the loop is.
 * For streams of your own; a client's own limits (`idleTimeoutMs`, `timeoutMs`) also end the attempt they belong to.
 *
 * @example
 * for await (const event of withTimeout(client.stream(question), { idleMs: 10_000, totalMs: 60_000 })) console.log(event.type)
 */
export function withTimeout<T>(items: AsyncIterable<T>, { idleMs, totalMs }: TimeoutOptions): AsyncIterableIterator<T> {
  const source = openSource(items)
  const now = (): number => performance.now()

  return reading([source], async function* () {
    let late: StreamTimeoutError | undefined
    let expire: ((error: StreamTimeoutError) => void) | undefined
    const fail = (error: StreamTimeoutError): void => {
      late ??= error
      expire?.(late)
    }
    const silence = createWatchdog(now)
    const onSilence = (): void => {
      if (expire) fail(new StreamTimeoutError('idle', idleMs ?? 0))
      else silence.watch(idleMs, onSilence)
    }
    const timer = totalMs === undefined ? undefined : setTimeout(() => fail(new StreamTimeoutError('total', totalMs)), totalMs)
    const next = (): Promise<IteratorResult<T, undefined>> =>
      new Promise((resolve, reject) => {
        if (late) return reject(late)
        expire = reject
        silence.touch(now())
        source.next().then(resolve, reject)
      })
    try {
      silence.watch(idleMs, onSilence)
      for (let step = await next(); !step.done; step = await next()) {
        expire = undefined
        yield step.value
      }
    } finally {
      clearTimeout(timer)
      silence.release()
    }
  })
}
