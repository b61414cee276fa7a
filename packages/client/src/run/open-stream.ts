/**
 * The corridor: opens a stream, reads it to its end, and tells how it ended. In come requests, out go events: one synchronous
 * loop per network chunk. It folds and publishes nothing, and never throws: what broke the stream is part of its answer.
 */
import { createWatchdog, linkedController, sleep, type Watchdog } from '../abort.ts'
import { HttpError, StreamTimeoutError, type TimeoutPhase, toAgentStreamError } from '../errors.ts'
import type { Frame } from '../wire/frames/frame.ts'
import type { StageReader } from '../wire/stage.ts'
import { type ConnectionSignal, nextPhase } from './connection.ts'
import { createReceiver, type Receiver, type ReceiverOptions, type StreamEnding } from './receive.ts'
import { type RetryPolicy, retryDelayMs } from './retry.ts'
import type { ConnectionPhase } from './state.ts'
import type { Transport, TransportRequest } from './transport.ts'

export interface StreamPolicy {
  readonly retry: RetryPolicy
  readonly connectTimeoutMs: number | undefined
  readonly firstEventTimeoutMs: number | undefined
  /** Silence between bytes; heartbeats count as life. */
  readonly idleTimeoutMs: number | undefined
  readonly onMalformed: 'fail' | 'skip'
}

export interface OpenStreamOptions extends Omit<ReceiverOptions, 'onMalformed'> {
  readonly transport: Transport
  readonly request: TransportRequest
  readonly policy: StreamPolicy
  readonly signal: AbortSignal
  readonly onConnection?: (phase: ConnectionPhase, attempt: number, cursor?: string) => void
  /** Awaited after each chunk: a consumer that is behind holds the reads, and so the server. */
  readonly afterChunk?: () => Promise<void> | undefined
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number
  readonly random?: () => number
}

export async function openStream(options: OpenStreamOptions): Promise<StreamEnding> {
  const watchdog = createWatchdog(options.now)
  const line = createLine(options)
  const receiver = createReceiver({ ...options, onMalformed: options.policy.onMalformed })
  let opened: Opened | undefined
  try {
    opened = await connect(options, watchdog, line)
    await pump(opened, { options, watchdog, receiver, line })
    return receiver.closed(options.now())
  } catch (error) {
    return options.signal.aborted ? { outcome: 'cancelled', integrity: 'unverified' } : receiver.broken(toAgentStreamError(error))
  } finally {
    watchdog.release()
    opened?.close()
    line('end', receiver.cursor())
  }
}

/** Follows the connection's phase and says what attempt this is. */
type Line = (signal: ConnectionSignal, cursor?: string) => number

function createLine({ onConnection }: OpenStreamOptions): Line {
  let phase: ConnectionPhase = 'idle'
  let attempt = 0
  return (signal, cursor) => {
    if (signal === 'attempt') attempt++
    phase = nextPhase(phase, signal)
    onConnection?.(phase, attempt, cursor)
    return attempt
  }
}

interface Opened {
  readonly source: StageReader<Frame>
  readonly signal: AbortSignal
  abort(reason: unknown): void
  close(): void
}

/** Tries until the server answers with a stream, or the attempts are spent. Throws what the last one met. */
async function connect(options: OpenStreamOptions, watchdog: Watchdog, line: Line): Promise<Opened> {
  const { policy, signal, random = Math.random } = options
  for (;;) {
    const attempt = line('attempt')
    try {
      const opened = await open(options, watchdog)
      line('response')
      return opened
    } catch (error) {
      const failure = toAgentStreamError(error)
      if (signal.aborted || !failure.retryable || attempt >= policy.retry.attempts) throw failure
      line('lost')
      const retryAfterMs = failure instanceof HttpError ? failure.retryAfterMs : undefined
      await sleep(retryDelayMs(policy.retry, attempt, { retryAfterMs, random: random() }), signal)
      if (signal.aborted) throw failure
    }
  }
}

async function open({ transport, request, policy, signal }: OpenStreamOptions, watchdog: Watchdog): Promise<Opened> {
  const { controller, release } = linkedController(signal)
  watch(watchdog, 'connect', policy.connectTimeoutMs, controller)
  // Raced, so that a transport that ignores its signal cannot hold the run.
  const aborted = new Promise<never>((_, reject) => {
    if (controller.signal.aborted) reject(controller.signal.reason)
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
  })
  aborted.catch(() => {}) // Told to the race; after it, to nobody.
  const opening = transport.open(request, controller.signal)
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

interface Pump {
  readonly options: OpenStreamOptions
  readonly watchdog: Watchdog
  readonly receiver: Receiver
  readonly line: Line
}

/** Reads until the stream or the run is over. */
async function pump({ source, signal, abort }: Opened, { options, watchdog, receiver, line }: Pump): Promise<void> {
  const { afterChunk, now, policy } = options
  const { firstEventTimeoutMs, idleTimeoutMs } = policy
  let awaitsFirst = firstEventTimeoutMs !== undefined
  const resume = (): void => (awaitsFirst ? watch(watchdog, 'first_event', firstEventTimeoutMs, { abort }) : watch(watchdog, 'idle', idleTimeoutMs, { abort }))
  // While the consumer holds the reads, silence is its own doing.
  const hold = async (behind: Promise<void>): Promise<void> => {
    watchdog.release()
    await behind
    resume()
  }
  resume()
  await source.drive((frames) => {
    const at = now()
    if (!awaitsFirst) watchdog.touch(at)
    else if (frames.length > 0) {
      awaitsFirst = false
      resume()
    }
    for (const frame of frames) receiver.take(frame, at)
    const cursor = receiver.cursor()
    if (cursor !== undefined) line('response', cursor)
    if (receiver.isOver()) source.cancel()
    const behind = afterChunk?.()
    return behind && hold(behind)
  })
  if (signal.aborted) throw signal.reason
}
