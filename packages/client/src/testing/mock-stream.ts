import { sleep } from '../abort.ts'
import { bufferBy } from '../patterns/buffer-by.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'

/** How the text is cut, and how fast it comes. */
export interface MockStreamOptions {
  /** Characters per piece; 10 by default. A character that is more than one UTF-16 unit is not cut. */
  readonly chunkSize?: number
  /** Before each piece; none by default. */
  readonly delayMs?: number
  /** Ends the stream with a `cancelled` event, at once. */
  readonly signal?: AbortSignal
}

/**
 * The events of a run that says this text piece by piece, without agent, model or server: for tests, and for pages that are
 * built before their agent is.
 *
 * @example
 * for await (const piece of textOf(mockStream('High water at 14:05.', { chunkSize: 4, delayMs: 50 }))) console.log(piece)
 */
export async function* mockStream(text: string, options: MockStreamOptions = {}): AsyncGenerator<AgentEvent, void, undefined> {
  const { chunkSize = 10, delayMs = 0, signal = new AbortController().signal } = options
  yield { type: 'started' }
  for await (const piece of bufferBy(charactersOf(text), { count: Math.max(1, chunkSize) })) {
    if (delayMs > 0) await sleep(delayMs, signal)
    if (signal.aborted) {
      yield { type: 'cancelled', by: 'user' }
      return
    }
    yield { type: 'token', content: piece.join('') }
  }
  yield { type: 'result', output: text, success: true }
  yield { type: 'completed', success: true }
}

async function* charactersOf(text: string): AsyncGenerator<string, void, undefined> {
  yield* text
}
