import { type AgentStreamError, LimitError, ProtocolError } from '../../errors.ts'
import { takeFields } from '../../wire/frames/fields.ts'
import type { Frame } from '../../wire/frames/frame.ts'
import { type Stage, type StageReader, stageReader } from '../../wire/stage.ts'
import type { StreamLimits, TransportRequest } from '../transport.ts'

/** What arrived and was not read yet. The server is told what was read, and sends no more than a window beyond that. */
export interface Inbox {
  readonly frames: StageReader<Frame>
  /** One message. Throws LimitError for more than may be kept. */
  take(text: string): void
  /** No further message. What waits is still read, then this error is met, if there is one. */
  end(error?: AgentStreamError): void
  /** At once: what waits is dropped. */
  abort(reason: unknown): void
}

export interface InboxOptions {
  readonly limits: StreamLimits
  readonly tally?: TransportRequest['tally'] | undefined
  /** How much the server may send beyond what was read, in UTF-16 units. */
  readonly windowLength: number
  /** The frame in a message: an event of our server's unless told. */
  readonly frameOf?: (text: string) => Frame
  /** Tells the server how much was read. */
  readonly acknowledge: (received: number) => void
  /** Called when the reader wants no more. */
  readonly onCancel: () => void
}

/** Errors queue behind the messages that came before them: a stream that fails outright would drop those. */
type Arrival = string | AgentStreamError

export function createInbox({ limits, tally = { bytes: 0 }, windowLength, frameOf = toFrame, acknowledge, onCancel }: InboxOptions): Inbox {
  const highWaterMark = windowLength / 2
  let controller: ReadableStreamDefaultController<Arrival> | undefined
  let received = 0
  let acknowledged = 0
  const source = new ReadableStream<Arrival>(
    {
      start(given) {
        controller = given
      },
      // Called when something was read; half a window is worth a message.
      pull({ desiredSize }) {
        const read = received - (highWaterMark - (desiredSize ?? highWaterMark))
        if (read - acknowledged < highWaterMark) return
        acknowledged = read
        acknowledge(read)
      },
      cancel() {
        controller = undefined
        onCancel()
      },
    },
    { highWaterMark, size: (arrival) => (typeof arrival === 'string' ? arrival.length : 0) },
  )
  return {
    frames: stageReader(source, framesBy(frameOf)),
    take(text) {
      received += text.length
      tally.bytes += text.length
      if (text.length > limits.eventBytes) throw new LimitError('A message', limits.eventBytes, 'bytes')
      if (tally.bytes > limits.runBytes) throw new LimitError('The stream', limits.runBytes, 'bytes')
      controller?.enqueue(text)
    },
    end(error) {
      if (error) controller?.enqueue(error)
      controller?.close()
      controller = undefined
    },
    abort(reason) {
      controller?.error(reason)
      controller = undefined
    },
  }
}

const framesBy = (frameOf: (text: string) => Frame): Stage<Arrival, Frame> => ({
  push(arrival) {
    if (typeof arrival !== 'string') throw arrival
    // A sign of life.
    return arrival === '' ? [] : [frameOf(arrival)]
  },
  end: () => [],
})

/** The frame in a message. Throws ProtocolError for an id or a name that is no JSON. */
export function toFrame(text: string): Frame {
  try {
    return takeFields(text)
  } catch (cause) {
    throw new ProtocolError('Not a frame', { excerpt: text.slice(0, 200), cause })
  }
}
