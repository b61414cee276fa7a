/**
 * A run as a streaming response: a view's entries go in, bytes come out, as fast as they are read and no faster. The last frame
 * says how the run ended. Knows no agents and no routes.
 */
import { AgentStreamError, type Framing } from '@agentstream/client/wire'
import type { RunView } from '../runs/live-run.ts'
import type { Heartbeats } from './heartbeats.ts'
import { type Encoding, encodedTexts, storedTexts } from './to-frames.ts'

export interface RespondOptions {
  readonly view: RunView
  readonly runId: string
  readonly framing: Framing
  readonly heartbeats: Heartbeats
  /**
   * Some runtimes say that a client left only by its signal, some only by cancelling the stream. Held for as long as the stream
   * is open: Node forgets to tell a request that nobody holds any more of its abort.
   */
  readonly request: Pick<Request, 'signal'>
  readonly onError: (error: unknown) => void
  /** Whose words the stream speaks; absent, our own. The view must begin where the run does then. */
  readonly encoding?: Encoding | undefined
  /** Beside those of every stream. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const utf8 = new TextEncoder()
// Nothing between us and the reader may hold, change or guess what passes.
const streamHeaders = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' }

export function respond(options: RespondOptions): Response {
  const { framing, runId, headers } = options
  return new Response(runStream(options), { headers: { ...streamHeaders, ...headers, 'content-type': framing.contentType, 'agentstream-run-id': runId } })
}

function runStream({ view, framing, heartbeats, request, onError, encoding }: RespondOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
  const heartbeat = utf8.encode(framing.heartbeat)
  // Where every byte is part of the answer, there is no sign of life.
  const hasHeartbeat = heartbeat.length > 0
  const entries = view.entries()[Symbol.asyncIterator]()
  const toTexts = encoding ? encodedTexts(encoding, framing) : storedTexts(framing)
  let isOver = false
  let release = (): void => {}
  // The one way out, whoever takes it first. Deno aborts the request's signal after a success too; by then nobody listens.
  const leave = (): void => {
    if (isOver) return
    isOver = true
    release()
    view.close()
  }
  return new ReadableStream({
    start(controller) {
      const onAbort = (): void => {
        leave()
        controller.close()
      }
      const removeBeat = heartbeats.add(() => {
        // Whoever has bytes waiting needs no sign of life.
        if (hasHeartbeat && (controller.desiredSize ?? 0) > 0) controller.enqueue(heartbeat)
      })
      release = () => {
        removeBeat()
        request.signal.removeEventListener('abort', onAbort)
      }
      request.signal.addEventListener('abort', onAbort)
      if (request.signal.aborted) return onAbort()
      // Some servers send headers with the first byte only; a slow model must not look like a dead server.
      if (hasHeartbeat) controller.enqueue(heartbeat)
    },
    async pull(controller) {
      try {
        for (let isLast = false; !isLast; ) {
          const { done, value } = await entries.next()
          if (isOver) return
          const text = done ? toTexts.end(await view.end()) : toTexts.push(value)
          if (isOver) return
          if (text !== '') controller.enqueue(utf8.encode(text))
          isLast = done === true
          // A stream whose pull brought nothing is not pulled again.
          if (text !== '' && !isLast) return
        }
        leave()
        if (toTexts.isUntold()) controller.error(new AgentStreamError('interrupted', 'The run did not complete'))
        else controller.close()
      } catch (error) {
        onError(error)
        // Nobody is left to be told, and the stream is closed already.
        if (isOver) return
        leave()
        controller.error(new AgentStreamError('interrupted', 'The stream broke off', { retryable: true }))
      }
    },
    cancel: leave,
  })
}
