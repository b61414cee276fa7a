/**
 * What the patterns of this folder read from. Their loops can be left at any time, also while the source is silent: a plain
 * generator would hear of it with the next event only, and keep a connection open until then.
 */
export interface Source<T> {
  /** The next item; done also once released, however long the source itself would have taken. */
  next(): Promise<IteratorResult<T, undefined>>
  /** Tells the source that nobody reads it any more. Waits for its farewell, unless it is busy with an item. Only the first call does anything. */
  release(): Promise<void>
}

const over = { done: true, value: undefined } as const

/** Opened with the first item asked for. */
export function openSource<T>(items: AsyncIterable<T>): Source<T> {
  let iterator: AsyncIterator<T> | undefined
  let leave: (() => void) | undefined
  let isOver = false
  const read = async (): Promise<IteratorResult<T, undefined>> => {
    try {
      iterator ??= items[Symbol.asyncIterator]()
      const step = await iterator.next()
      if (!step.done) return step
    } catch (error) {
      isOver = true
      throw error
    }
    isOver = true
    return over
  }
  return {
    next: () =>
      isOver
        ? Promise.resolve(over)
        : new Promise((resolve, reject) => {
            leave = () => resolve(over)
            read()
              .then(resolve, reject)
              .finally(() => {
                leave = undefined
              })
          }),
    async release() {
      if (isOver) return
      isOver = true
      const farewell = iterator?.return?.()
      if (!leave) await farewell
      // A source that is busy may answer late or never, and nobody listens any more.
      else farewell?.catch(() => {})
      leave?.()
    },
  }
}

/** The loop over these sources: however it ends, they are released. */
export function reading<Out>(sources: readonly Source<unknown>[], work: () => AsyncGenerator<Out, void, undefined>): AsyncIterableIterator<Out> {
  const release = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.release()))
  }
  async function* guarded(): AsyncGenerator<Out, void, undefined> {
    try {
      yield* work()
    } finally {
      await release()
    }
  }
  const items = guarded()
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: () => items.next(),
    async return() {
      await release()
      return items.return()
    },
  }
}
