/**
 * Everything a stream brings, once it is over. Keeps it all in memory: for streams whose length you know, and for tests. Throws
 * what the stream throws.
 *
 * @example
 * const poem = (await collect(textOf(client.stream('Write a poem')))).join('')
 */
export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
