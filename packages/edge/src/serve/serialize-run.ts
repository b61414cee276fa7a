import { type AgentEvent, aiecs, type Framing, formatCursor, sse, type TwoWayProtocol } from '@agentstream/client/wire'

/** Whose words are written, and how they are cut. */
export interface SerializeOptions {
  /** Whose words: our own, which are those of AIECS, unless told. */
  readonly protocol?: TwoWayProtocol
  /** The protocol's first unless told, else server-sent events. */
  readonly framing?: Framing
}

/**
 * The events of a run as the bytes of a response body, for handlers that are not ours. Read as fast as the body is and no
 * faster; a body that nobody reads any more leaves the events' loop, and events that throw break the body. What it leaves out
 * is what needs a server: heartbeats, and the numbers by which a reader could come back.
 *
 * @example
 * new Response(serializeRun(agent.run(task, context)), { headers: { 'content-type': 'text/event-stream' } })
 */
export function serializeRun(events: AsyncIterable<AgentEvent>, options: SerializeOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { protocol = aiecs, framing = protocol.framings?.[0] ?? sse } = options
  const encoder = protocol.encoder()
  const utf8 = new TextEncoder()
  const source = events[Symbol.asyncIterator]()
  let seq = 0

  const nextFrames = async () => {
    const step = await source.next()
    if (step.done) return { frames: encoder.end(), isLast: true }
    // Some protocols name things by the cursor; as the frame's own id it would promise that a reader can come back.
    return { frames: encoder.push({ id: formatCursor({ epoch: 'run', seq: ++seq }), event: step.value }), isLast: false }
  }
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        for (;;) {
          const { frames, isLast } = await nextFrames()
          const text = frames.map(({ id: _, ...frame }) => framing.encode(frame)).join('')
          if (text !== '') controller.enqueue(utf8.encode(text))
          if (isLast) return controller.close()
          // A stream whose pull brought nothing is not pulled again.
          if (text !== '') return
        }
      },
      async cancel() {
        await source.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
