/** Counts what each owner has. Taking one more answers how to give it back, which may happen twice; undefined when there may be no more. */
export function createTally(limit = Number.POSITIVE_INFINITY): (owner: string) => (() => void) | undefined {
  const counts = new Map<string, number>()
  return (owner) => {
    const before = counts.get(owner) ?? 0
    if (before >= limit) return undefined
    counts.set(owner, before + 1)
    let isTaken = true
    return () => {
      if (!isTaken) return
      isTaken = false
      const left = (counts.get(owner) ?? 1) - 1
      // Who has none is forgotten: owners are as many as there are people.
      if (left > 0) counts.set(owner, left)
      else counts.delete(owner)
    }
  }
}
