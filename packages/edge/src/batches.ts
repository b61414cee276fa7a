/**
 * Items of an async iterator in batches, and back. A step of an async iterator costs several turns of the microtask queue, at
 * every iterator it passes; a batch pays for them once.
 */
import { interruptible } from './abort.ts'

/** The next batches of a source. Returned by `gather`. */
export interface Batches<T, R> {
  /**
   * The next batch, never an empty one; when the source has ended, what it returned, and when it threw, a throw of the same.
   * What came before is given first. One call at a time.
   */
  next(): Promise<IteratorResult<readonly T[], R>>
  /** Lets go of the source and tells it to return. Nobody waits for that: what it says or throws from now on is lost. */
  release(): void
}

/** Batches begin with a single item and grow with what is taken, so that no source runs far ahead of who takes little. */
const growth = 4
const longestBatch = 256

/**
 * Microtasks that a silent source is given before its batch is handed over. A step of an async generator takes three, and
 * every generator around it as many again.
 */
const patience = 16
const settled = Promise.resolve()
const noWaiter = (): void => {}

/** For each iterator that `oneByOne` made, how to have what is left of it in batches, as it lies behind. */
const batchesBehind = new WeakMap<object, () => Promise<IteratorResult<readonly unknown[], undefined>>>()

/**
 * A batch is what a source gives without making anyone wait. As nothing but microtasks goes between its first item and its
 * last, neither network nor timers could have seen one before the other. While nobody asks for the next batch, the source is
 * asked for one item at most. What `oneByOne` took apart is not put together again: its batches are handed on as they come.
 * When the signal aborts, `next` gives what has come, then throws the signal's reason, whether or not the source heeds it.
 */
export function gather<T, R>(source: AsyncIterator<T, R, undefined>, signal?: AbortSignal): Batches<T, R> {
  // Of T and R, as is the iterator it was kept for.
  const many = batchesBehind.get(source) as (() => Promise<IteratorResult<readonly T[], R>>) | undefined
  const letGo = (): void => {
    source.return?.().catch(() => {})
  }
  return many ? asTheyCome(many, { letGo, signal }) : together(source, { letGo, signal })
}

interface Ears {
  readonly letGo: () => void
  readonly signal: AbortSignal | undefined
}

/** Nothing is asked of the source before it is wanted. */
function asTheyCome<T, R>(many: () => Promise<IteratorResult<readonly T[], R>>, { letGo, signal }: Ears): Batches<T, R> {
  const waits = signal && interruptible(signal)
  return {
    next: waits ? () => (signal.aborted ? Promise.reject(signal.reason) : waits.wait(many())) : many,
    release() {
      waits?.release()
      letGo()
    },
  }
}

function together<T, R>(source: AsyncIterator<T, R, undefined>, { letGo, signal }: Ears): Batches<T, R> {
  let held: T[] = []
  let most = 1
  let isWanted = false
  let isBusy = false
  // Asked several times for every item, and a signal is slow to answer.
  let isAborted = signal?.aborted === true
  let end: (() => IteratorResult<never, R>) | undefined
  let wake = noWaiter
  const isOver = (): boolean => end !== undefined || isAborted
  // Callbacks and no `await`: that makes four objects each time, and all this happens for every item.
  const ask = (): void => {
    isBusy = isWanted && held.length < most && !isOver()
    if (!isBusy) return
    try {
      Promise.resolve(source.next()).then(onStep, onFailure)
    } catch (error) {
      onFailure(error)
    }
  }
  const onStep = (step: IteratorResult<T, R>): void => {
    if (!isAborted) {
      if (step.done) end = () => step
      else held.push(step.value)
    }
    ask()
    wake()
  }
  const onFailure = (error: unknown): void => {
    end = () => {
      throw error
    }
    isBusy = false
    wake()
  }
  /** Resolves when the source makes us wait, or the batch is full. */
  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      let seen = held.length
      let waited = 0
      const onTick = (): void => {
        if (waited === patience && held.length > seen) {
          seen = held.length
          waited = 0
        }
        if (!isBusy || isOver() || waited++ === patience) resolve()
        else void settled.then(onTick)
      }
      onTick()
    })
  const take = (): readonly T[] => {
    const batch = held
    held = []
    if (batch.length >= most) most = Math.min(growth * most, longestBatch)
    return batch
  }
  const onAbort = (): void => {
    isAborted = true
    wake()
  }
  signal?.addEventListener('abort', onAbort)
  return {
    async next() {
      isWanted = true
      if (!isBusy) ask()
      while (held.length === 0) {
        signal?.throwIfAborted()
        if (end) return end()
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = noWaiter
      }
      await quiet()
      isWanted = false
      return { done: false, value: take() }
    },
    release() {
      isWanted = false
      signal?.removeEventListener('abort', onAbort)
      letGo()
    },
  }
}

/** A source's items as batches of one, for what must not be done before whoever takes them has seen what came before. */
export async function* singly<T, R>(source: AsyncIterator<T, R, undefined>): AsyncGenerator<readonly T[], R, undefined> {
  try {
    for (let step = await source.next(); ; step = await source.next()) {
      if (step.done) return step.value
      yield [step.value]
    }
  } finally {
    await source.return?.()
  }
}

const noItems: Iterator<never, undefined> = { next: () => ({ done: true, value: undefined }) }

/**
 * The items of batches, for those who want them singly. Leaving early returns the source. Once the signal aborts, nothing more
 * is given of a batch: the source is asked, and says why. No generator: that costs twice.
 */
export function oneByOne<T>(source: AsyncGenerator<readonly T[], unknown, undefined>, signal?: AbortSignal): AsyncIterableIterator<T, undefined, undefined> {
  let items: Iterator<T, undefined> = noItems
  // Calls that came before what they asked for. Whoever comes meanwhile stands in line behind them.
  let waiting = 0
  let line: Promise<unknown> = Promise.resolve()
  const fetch = async (): Promise<IteratorResult<T, undefined>> => {
    try {
      if (signal?.aborted) items = noItems
      for (let item = items.next(); ; item = items.next()) {
        if (!item.done) return item
        const batch = await source.next()
        if (batch.done) return { done: true, value: undefined }
        items = batch.value[Symbol.iterator]()
      }
    } finally {
      waiting--
    }
  }
  const inLine = (): Promise<IteratorResult<T, undefined>> => {
    waiting++
    const fetched = waiting === 1 ? fetch() : line.then(fetch, fetch)
    line = fetched
    return fetched
  }
  const iterator: AsyncIterableIterator<T, undefined, undefined> = {
    next() {
      const item = waiting === 0 && !signal?.aborted ? items.next() : undefined
      return item && !item.done ? Promise.resolve(item) : inLine()
    },
    async return() {
      items = noItems
      await source.return(undefined)
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
  batchesBehind.set(iterator, async () => {
    const left: T[] = []
    for (let item = items.next(); !item.done; item = items.next()) left.push(item.value)
    if (left.length > 0) return { done: false, value: left }
    for (;;) {
      const batch = await source.next()
      if (batch.done) return { done: true, value: undefined }
      if (batch.value.length > 0) return batch
    }
  })
  return iterator
}
