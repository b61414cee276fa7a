/**
 * The corridor: opens a stream, reads it to its end over as many connections as that takes, and tells how it ended. In come
 * requests, out go events: one synchronous loop per network chunk. It folds and publishes nothing, and never throws: what broke
 * the stream is part of its answer.
 */
import { createWatchdog, linkedController, type Watchdog } from '../abort.ts'
import { type AgentStreamError, StreamInterruptedError, StreamTimeoutError, type TimeoutPhase, toAgentStreamError } from '../errors.ts'
import { type ConnectionSignal, nextPhase } from './connection.ts'
import { onPageBack } from './page-life.ts'
import { pause } from './pause.ts'
import { createReceiver, type Receiver, type ReceiverOptions, type StreamEnding } from './receive.ts'
import { createResumption, type Resumption, type ResumptionOptions } from './resume.ts'
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

export async function openStream(options: OpenStreamOptions): Promise<StreamEnding> {
  const { signal, now, policy, request } = options
  const watchdog = createWatchdog(now)
  const receiver = createReceiver({ ...options, onMalformed: policy.onMalformed, after: request.after })
  const resumption = createResumption({ ...options, retry: policy.retry, receiver })
  const corridor = { options, watchdog, receiver, resumption, line: createLine(options, receiver, resumption), tally: { bytes: 0 } }
  const { line } = corridor
  try {
    for (;;) {
      const failure = await attempt(corridor)
      if (signal.aborted) break
      if (!failure) return receiver.closed(now())
      const waitMs = resumption.next(failure)
      if (waitMs === undefined) return receiver.broken(resumption.lastWord(failure))
      line('lost')
      options.onLost?.(failure, resumption.attempt(), receiver.isBroken())
      await pause(waitMs, signal)
      if (signal.aborted) break
      receiver.reopen()
    }
    return { outcome: 'cancelled', integrity: 'unverified' }
  } finally {
    line('end')
  }
}

interface Corridor {
  readonly options: OpenStreamOptions
  readonly watchdog: Watchdog
  readonly receiver: Receiver
  readonly resumption: Resumption
  readonly line: Line
  readonly tally: { bytes: number }
}

/** Follows the connection's phase. */
type Line = (signal: ConnectionSignal, heldMs?: number) => void

function createLine({ onConnection }: OpenStreamOptions, receiver: Receiver, resumption: Resumption): Line {
  let phase: ConnectionPhase = 'idle'
  let attempt = 0
  let held: number | undefined
  return (signal, heldMs = held) => {
    held = heldMs
    if (signal === 'attempt') attempt = resumption.attempt()
    phase = nextPhase(phase, signal)
    onConnection?.(phase, attempt, receiver.cursor(), held)
  }
}

/** One connection, from asking for it to its end. Gives what it failed with, or undefined when nothing is left to ask for. */
async function attempt(corridor: Corridor): Promise<AgentStreamError | undefined> {
  const { watchdog, receiver, resumption, line } = corridor
  let opened: Opened | undefined
  // A browser that kept the page has most likely dropped its connections, and may never say so.
  const stop = onPageBack(() => {
    if (opened && resumption.isOwed()) opened.abort(new StreamInterruptedError('The page was away', { cursor: receiver.cursor() }))
  })
  line('attempt')
  try {
    opened = await open(corridor)
    resumption.opened(opened.source.isKept === true)
    line('response')
    await pump(opened, corridor)
    if (receiver.isOver() || !resumption.isOwed()) return undefined
    return new StreamInterruptedError('The stream ended before the run did', { cursor: receiver.cursor() })
  } catch (error) {
    return toAgentStreamError(error)
  } finally {
    stop()
    watchdog.release()
    opened?.close()
  }
}

interface Opened {
  readonly source: FrameSource
  readonly signal: AbortSignal
  abort(reason: unknown): void
  close(): void
}

async function open({ options, watchdog, resumption, tally }: Corridor): Promise<Opened> {
  const { transport, policy, signal } = options
  const { controller, release } = linkedController(signal)
  watch(watchdog, 'connect', policy.connectTimeoutMs, controller)
  // Raced, so that a transport that ignores its signal cannot hold the run.
  const aborted = new Promise<never>((_, reject) => {
    if (controller.signal.aborted) reject(controller.signal.reason)
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  aborted.catch(() => {}) // Told to the race; after it, to nobody.
  const opening = transport.open({ ...resumption.request(), tally }, controller.signal)
  try {
    const source = await Promise.race([opening, aborted])
    controller.signal.addEventListener('abort', () => source.cancel(controller.signal.reason), { once: true })
    const abort = (reason: unknown): void => controller.abort(reason)
    const close = (): void => {
      release()
      source.cancel()
    }
    return { source, signal: controller.signal, abort, close }
  } catch (error) {
    release()
    opening.then((source) => source.cancel()).catch(() => {}) // A late answer to nobody is closed.
    throw controller.signal.aborted ? controller.signal.reason : error
  }
}

function watch(watchdog: Watchdog, phase: TimeoutPhase, timeoutMs: number | undefined, target: { abort(reason: unknown): void }): void {
  watchdog.watch(timeoutMs, () => target.abort(new StreamTimeoutError(phase, timeoutMs ?? 0)))
}

/** Our server sends each event as it happens. */
const mostTogetherMs = 2000

/** Reads until the stream or the run is over. */
async function pump({ source, signal, abort }: Opened, { options, watchdog, receiver, resumption, line }: Corridor): Promise<void> {
  const { afterChunk, now, policy, request } = options
  const { firstEventTimeoutMs, idleTimeoutMs } = policy
  let awaitsFirst = firstEventTimeoutMs !== undefined && receiver.cursor() === undefined
  const resume = (): void => (awaitsFirst ? watch(watchdog, 'first_event', firstEventTimeoutMs, { abort }) : watch(watchdog, 'idle', idleTimeoutMs, { abort }))
  // While the consumer holds the reads, silence is its own doing.
  const hold = async (behind: Promise<void>): Promise<void> => {
    watchdog.release()
    await behind
    resume()
  }
  // What is followed was there before, and comes at once.
  let mayBeHeld = request.method === 'POST' && resumption.attempt() === 1 && receiver.cursor() === undefined
  resume()
  await source.drive((frames) => {
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
      if (heldMs > mostTogetherMs) line('response', heldMs)
    }
    if (receiver.cursor() !== undefined) line('response')
    if (receiver.isOver()) source.cancel()
    const behind = afterChunk?.()
    return behind && hold(behind)
  })
  if (signal.aborted) throw signal.reason
}
