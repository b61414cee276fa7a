/**
 * The corridor: opens a stream, reads it to its end over as many connections as that takes, and tells how it ended. In come
 * requests, out go events: one synchronous loop per network chunk. It folds and publishes nothing, and never throws: what broke
 * the stream is part of its answer.
 */
import { createWatchdog, linkedController } from '../abort.ts'
import { type AgentStreamError, StreamInterruptedError, StreamTimeoutError, type TimeoutPhase, toAgentStreamError } from '../errors.ts'
import { type ConnectionSignal, nextPhase } from './connection.ts'
import { onPage } from './page-life.ts'
import { pause } from './pause.ts'
import { createReceiver, type ReceiverOptions, type StreamEnding } from './receive.ts'
import { createResumption, type ResumptionOptions } from './resume.ts'
import type { RetryPolicy } from './retry.ts'
import type { ConnectionPhase } from './state.ts'
import type { FrameSource, Transport } from './transport.ts'

export interface StreamPolicy {
  readonly retry: RetryPolicy
  readonly connectTimeoutMs: number | undefined
  readonly firstEventTimeoutMs: number | undefined
  /** Silence between bytes; heartbeats count as life. */
  readonly idleTimeoutMs: number | undefined
  readonly onMalformed: 'fail' | 'skip'
}

export interface OpenStreamOptions extends Omit<ReceiverOptions, 'onMalformed' | 'after'>, ResumptionOptions {
  readonly transport: Transport
  readonly policy: StreamPolicy
  readonly signal: AbortSignal
  /** `heldMs`: the first events came together, and had happened this long apart: something in between holds them back. */
  readonly onConnection?: (phase: ConnectionPhase, attempt: number, cursor?: string, heldMs?: number) => void
  /** A connection failed, and another attempt, the how manieth since something new arrived, is about to be made. */
  readonly onLost?: (failure: AgentStreamError, attempt: number, isGap: boolean) => void
  /** Awaited after each chunk: a consumer that is behind holds the reads, and so the server. */
  readonly afterChunk?: () => Promise<void> | undefined
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
}

/** Our server sends each event as it happens. */
const mostTogetherMs = 2000

export async function openStream(options: OpenStreamOptions): Promise<StreamEnding> {
  const { transport, policy, signal, request, onConnection, onLost, afterChunk, now } = options
  const watchdog = createWatchdog(now)
  const receiver = createReceiver({ ...options, onMalformed: policy.onMalformed, after: request.after })
  const resumption = createResumption({ ...options, retry: policy.retry, receiver })
  const tally = { bytes: 0 }
  let phase: ConnectionPhase = 'idle'
  let attempts = 0
  let held: number | undefined

  const tellConnection = (happened: ConnectionSignal): void => {
    phase = nextPhase(phase, happened)
    onConnection?.(phase, attempts, receiver.cursor(), held)
  }

  /** Reads until the stream or the run is over. */
  const pump = (source: FrameSource, watch: (phase: TimeoutPhase, timeoutMs: number | undefined) => void): Promise<void> => {
    const { firstEventTimeoutMs, idleTimeoutMs } = policy
    const isNew = receiver.cursor() === undefined
    let awaitsFirst = firstEventTimeoutMs !== undefined && isNew
    // What is followed was there before, and comes at once.
    let mayBeHeld = request.method === 'POST' && attempts === 1 && isNew
    const resume = (): void => (awaitsFirst ? watch('first_event', firstEventTimeoutMs) : watch('idle', idleTimeoutMs))
    // While the consumer holds the reads, silence is its own doing.
    const hold = async (behind: Promise<void>): Promise<void> => {
      watchdog.release()
      await behind
      resume()
    }
    resume()
    return source.drive((frames) => {
      const at = now()
      if (!awaitsFirst) watchdog.touch(at)
      else if (frames.length > 0) {
        awaitsFirst = false
        resume()
      }
      for (const frame of frames) {
        if (frame.retryMs !== undefined) resumption.askedToWait(frame.retryMs)
        receiver.take(frame, at)
      }
      if (mayBeHeld && frames.length > 0) {
        mayBeHeld = false
        const heldMs = receiver.spanMs()
        if (heldMs > mostTogetherMs) {
          held = heldMs
          tellConnection('response')
        }
      }
      if (receiver.cursor() !== undefined) tellConnection('response')
      if (receiver.isOver()) source.cancel()
      const behind = afterChunk?.()
      return behind && hold(behind)
    })
  }

  /** One connection, from asking for it to its end. Gives what it failed with, or undefined when nothing is left to ask for. */
  const attempt = async (): Promise<AgentStreamError | undefined> => {
    const { controller, release } = linkedController(signal)
    const { signal: ended } = controller
    const interrupted = (message: string) => new StreamInterruptedError(message, { cursor: receiver.cursor() })
    const watch = (what: TimeoutPhase, timeoutMs: number | undefined): void =>
      watchdog.watch(timeoutMs, () => controller.abort(new StreamTimeoutError(what, timeoutMs ?? 0)))
    let source: FrameSource | undefined
    // A browser that kept the page has most likely dropped its connections, and may never say so.
    const stop = onPage('pageshow', () => {
      if (source && resumption.isOwed()) controller.abort(interrupted('The page was away'))
    })
    attempts = resumption.attempt()
    tellConnection('attempt')
    try {
      watch('connect', policy.connectTimeoutMs)
      source = await opened(transport.open({ ...resumption.request(), tally }, ended), ended)
      resumption.opened(source.isKept === true)
      tellConnection('response')
      await pump(source, watch)
      if (ended.aborted) throw ended.reason
      return receiver.isOver() || !resumption.isOwed() ? undefined : interrupted('The stream ended before the run did')
    } catch (error) {
      return toAgentStreamError(error)
    } finally {
      stop()
      watchdog.release()
      release()
      source?.cancel()
    }
  }

  try {
    while (!signal.aborted) {
      const failure = await attempt()
      if (signal.aborted) break
      if (!failure) return receiver.closed(now())
      const waitMs = resumption.next(failure)
      if (waitMs === undefined) return receiver.broken(resumption.lastWord(failure))
      tellConnection('lost')
      onLost?.(failure, resumption.attempt(), receiver.isBroken())
      await pause(waitMs, signal)
      receiver.reopen()
    }
    return { outcome: 'cancelled', integrity: 'unverified' }
  } finally {
    tellConnection('end')
  }
}

/** The source as soon as it is there. A transport that ignores its signal cannot hold the run; its late answer is closed. */
function opened(opening: Promise<FrameSource>, signal: AbortSignal): Promise<FrameSource> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason)
      opening.then((source) => source.cancel(signal.reason)).catch(() => {}) // Its failure is told below.
    }
    opening.then(resolve, reject)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
  })
}
