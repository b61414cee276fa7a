/**
 * Several generators at once: what they yield in order of arrival, and what they return in their own order. The first one
 * that throws ends it; leaving early returns those still running.
 */
export async function* merge<T, R>(sources: readonly AsyncGenerator<T, R, undefined>[]): AsyncGenerator<T, R[], undefined> {
  const returned = new Map<number, R>()
  const arrived: (() => T | undefined)[] = []
  let wake = (): void => {}
  const pull = (index: number): void => {
    const arrive = (take: () => T | undefined): void => {
      arrived.push(take)
      wake()
    }
    sources[index]?.next().then(
      (step) =>
        arrive(() => {
          if (!step.done) {
            pull(index)
            return step.value
          }
          returned.set(index, step.value)
          return undefined
        }),
      (error: unknown) =>
        arrive(() => {
          throw error
        }),
    )
  }
  try {
    for (const index of sources.keys()) pull(index)
    while (returned.size < sources.length) {
      for (const take of arrived.splice(0)) {
        const value = take()
        if (value !== undefined) yield value
      }
      if (arrived.length > 0 || returned.size === sources.length) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return [...returned].sort(([one], [other]) => one - other).map(([, result]) => result)
  } finally {
    // Not awaited: a source that is busy answers only when it is done, and nobody listens any more.
    for (const source of sources) void source.return(undefined as R).catch(() => {})
  }
}

/** The same, one after the other. The sources after the one whose result is the last are not begun. */
export async function* inOrder<T, R>(
  sources: readonly AsyncGenerator<T, R, undefined>[],
  isLast: (result: R) => boolean = () => false,
): AsyncGenerator<T, R[], undefined> {
  const returned: R[] = []
  for (const source of sources) {
    const result = yield* source
    returned.push(result)
    if (isLast(result)) break
  }
  return returned
}
