import { message, ndjson, stageReader } from '@agentstream/client/wire'
import type { Credit } from './credit.ts'

export interface SendFramesOptions {
  readonly body: ReadableStream<Uint8Array>
  readonly credit: Credit
  readonly signal: AbortSignal
  readonly send: (text: string) => void
}

/** A streamed response as messages. Nothing is read while nothing may be sent, so a client that does not read holds its view of the run. */
export async function sendFrames({ body, credit, signal, send }: SendFramesOptions): Promise<void> {
  const frames = stageReader(body, ndjson.decoder({ eventBytes: Number.POSITIVE_INFINITY }))
  const post = (text: string): void => {
    send(text)
    credit.spend(text.length)
  }
  // Node forgets to tell a request that nobody holds any more of its abort: the response is told here.
  const leave = (): void => frames.cancel()
  signal.addEventListener('abort', leave)
  try {
    for (let batch = await frames.read(); batch; batch = await frames.read()) {
      // A chunk without a frame is a sign of life, and a client with messages waiting needs none.
      if (batch.length === 0 && !credit.isSpent()) post(message.heartbeat)
      for (const frame of batch) {
        await credit.available()
        if (signal.aborted) return
        post(message.encode(frame))
      }
    }
  } finally {
    signal.removeEventListener('abort', leave)
    frames.cancel()
  }
}
