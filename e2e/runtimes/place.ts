// What the cases share. No test framework and no platform here either.
import type { ClientSocket } from '@agentstream/client'

/** Where the app answers, and what reaches it. */
export interface Place {
  readonly url: string
  readonly fetch?: typeof fetch
  readonly WebSocket?: new (url: string) => ClientSocket
}

export interface Case {
  readonly name: string
  run(place: Place): Promise<void>
}

export function expectEqual(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`expected ${should}, got ${is}`)
}

/** The last of what the server lists there, once it is as wanted; the server may hear of an end a moment later than we do. */
export async function lastOf<T>({ url, fetch = globalThis.fetch }: Place, path: string, isSettled: (last: T) => boolean): Promise<T | undefined> {
  for (let attempt = 0; ; attempt++) {
    const list: T[] = await (await fetch(`${url}${path}`)).json()
    const last = list.at(-1)
    if ((last !== undefined && isSettled(last)) || attempt === 50) return last
    await new Promise((done) => setTimeout(done, 20))
  }
}

/** What became of the last request to the model, once it is over. */
export const lastCall = (place: Place): Promise<{ aborted: boolean; finished: boolean } | undefined> =>
  lastOf<{ aborted: boolean; finished: boolean }>(place, '/calls', ({ aborted, finished }) => aborted || finished)
