/** The bytes that everything here reads: the same tokens, in one event per chunk or in chunks of 64 KiB. */
const encoder = new TextEncoder()

export type Chunking = 'one event per chunk' | '64 KiB chunks'

export function tokenChunks(count: number, chunking: Chunking): readonly Uint8Array[] {
  const events = Array.from({ length: count }, (_, at) => {
    const event = { type: 'token', content: `word ${at % 997} of`, timestamp: '2026-03-04T09:15:00.125000' }
    return `data: ${JSON.stringify(event)}\n\n`
  })
  // The real end of an LLM agent's stream, so that the run completes.
  events.push('data: {"type":"result","success":true,"output":"done"}\n\n')
  return chunksOf(events, chunking)
}

/** Events as text, in the chunks they arrive in. */
export function chunksOf(events: readonly string[], chunking: Chunking): readonly Uint8Array[] {
  if (chunking === 'one event per chunk') return events.map((event) => encoder.encode(event))
  const bytes = encoder.encode(events.join(''))
  return Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, at) => bytes.subarray(at * 65_536, (at + 1) * 65_536))
}

/** A response body that hands out these chunks as fast as they are read. */
export function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[at++]
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same, with a pause for timers now and then, as a network has them: what happens once per frame happens. */
export function breathingStreamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0
  let last = performance.now()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (performance.now() - last > 4) {
          await new Promise((resolve) => setImmediate(resolve))
          last = performance.now()
        }
        const chunk = chunks[at++]
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}
