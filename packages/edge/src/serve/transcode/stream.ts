/** An upstream's answer as a response of ours: bytes of one protocol go in, those of another come out, as fast as they are read. */
import { isAgentStreamError, LimitError, type Stage, type StageReader, stageReader, type Transcoder } from '@agentstream/client/wire'
import { interruptible, type LinkedAbort, type StallTimer } from '../../abort.ts'

export interface TranscodedOptions {
  readonly body: ReadableStream<Uint8Array>
  readonly transcoder: Transcoder
  readonly maxBytes: number
  /** Of the request to the upstream: aborting it ends the answer. */
  /** Held for as long as the stream is open: Node forgets to tell a request that nobody holds any more of its abort. */
  readonly request: Pick<Request, 'signal'>
  /** Linked to the request's. */
  readonly abort: LinkedAbort
  readonly stall: StallTimer
  readonly onError: (error: unknown) => void
}

/** Passes bytes on until there are too many of them. */
function limited(limit: number): Stage<Uint8Array, Uint8Array> {
  let total = 0
  return {
    push(bytes) {
      total += bytes.byteLength
      if (total > limit) throw new LimitError('The answer of the upstream', limit, 'bytes')
      return [bytes]
    },
    end: () => [],
  }
}

export function transcodedStream({ body, transcoder, maxBytes, request, abort, stall, onError }: TranscodedOptions): ReadableStream<Uint8Array> {
  const reader: StageReader<Uint8Array> = stageReader(body, limited(maxBytes))
  const waits = interruptible(abort.signal)
  const heartbeat = new TextEncoder().encode(transcoder.framing.heartbeat)
  const leave = (): void => {
    stall.stop()
    waits.release()
    abort.release()
    reader.cancel()
    abort.abort()
  }
  /** What comes next, and whether it is the last. A chunk that says nothing was a sign of life, and is passed on as one. */
  const next = async (): Promise<{ readonly out: readonly Uint8Array[]; readonly isLast: boolean }> => {
    stall.start()
    try {
      const batch = await waits.wait(reader.read())
      stall.pause()
      if (batch === undefined) return { out: transcoder.end(), isLast: true }
      const out = batch.flatMap((bytes) => transcoder.push(bytes))
      return { out: out.length > 0 ? out : [heartbeat], isLast: false }
    } catch (error) {
      // Whoever left is no fault; a silence that ended the request is one of ours.
      if (!(request.signal.aborted || abort.signal.aborted) || isAgentStreamError(error)) onError(error)
      return { out: transcoder.broken(error), isLast: true }
    }
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        const { out, isLast } = await next()
        for (const bytes of out) if (bytes.byteLength > 0) controller.enqueue(bytes)
        if (!isLast) return
        leave()
        controller.close()
      } catch (error) {
        // Only a stream that breaks off tells this ending.
        leave()
        controller.error(error)
      }
    },
    cancel: leave,
  })
}
