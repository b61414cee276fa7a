import { linkedController } from './abort.ts'
import { StreamInterruptedError } from './errors.ts'
import { type CallOptions, createExchange, type HeaderSource, type RunExchange } from './exchange.ts'
import { type RunInput, taskOf } from './input.ts'
import { type ClientHooks, metered, type Run } from './measure.ts'
import { type AgentRun, type CancelOptions, type CancelReceipt, createAgentRun } from './run/agent-run.ts'
import { grow } from './run/draft.ts'
import { createEventQueue } from './run/event-queue.ts'
import { fetchTransport } from './run/fetch-transport.ts'
import { openStream, type StreamPolicy } from './run/open-stream.ts'
import { defaultRetry, type RetryPolicy } from './run/retry.ts'
import { perFrame, type Schedule } from './run/schedule.ts'
import type { StreamLimits, Transport } from './run/transport.ts'
import type { AgentInfo, ModelParameters } from './wire/agent.ts'
import type { Call } from './wire/ask.ts'
import type { AgentEvent } from './wire/events/vocabulary.ts'
import { defaultFramingLimits } from './wire/frames/frame.ts'
import { aiecs } from './wire/protocols/aiecs.ts'
import type { Protocol } from './wire/protocols/protocol.ts'
import { randomId } from './wire/random-id.ts'

/** How a server is reached, and how long anything about it may take or weigh. */
export interface AgentClientOptions extends ClientHooks {
  /**
   * Where the server's routes begin: `https://example.org/api`, or a path on the page's own origin. With a protocol that dictates
   * how a run is asked for (AG-UI, A2A, the AI SDK's, Agentor's, AgentiCraft's) it is the address of that protocol's endpoint.
   */
  readonly url: string | URL
  readonly fetch?: typeof globalThis.fetch
  /** Asked again for every attempt, so that tokens can rotate. */
  readonly headers?: HeaderSource
  /** Whose words the server speaks: those of AIECS, as our own server does, unless told. */
  readonly protocol?: Protocol
  readonly transport?: Transport
  /**
   * Attempts without anything new: 4 to start a run, 8 to have the rest of one, the first included, 300 ms to 10 s apart with full
   * jitter, and no sooner than the server asks for (up to 60 s). A lost stream of our server is asked for the rest for as long as
   * something arrives. A page that is offline waits. `false`: one connection per run.
   */
  readonly retry?: Partial<RetryPolicy> | false
  /** 10,000 ms by default. */
  readonly connectTimeoutMs?: number
  /** None by default. */
  readonly firstEventTimeoutMs?: number
  /** 45,000 ms by default; heartbeats count as life. */
  readonly idleTimeoutMs?: number
  /** 16 MiB per event and 256 MiB per run by default: a hostile server cannot fill memory. */
  readonly limits?: Partial<StreamLimits>
  /** What to do with an event that makes no sense: end the run with a ProtocolError (default), or leave it out. */
  readonly onMalformed?: 'fail' | 'skip'
}

/** Which agent runs, under which name, with which parameters, and for how long. */
export interface StreamOptions {
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
  /** Starting the same id twice follows one run. Made here when absent. */
  readonly runId?: string | undefined
  readonly parameters?: ModelParameters | undefined
  /** An aborted signal cancels the run, on the server too. */
  readonly signal?: AbortSignal | undefined
  /** Longest whole run; none by default. */
  readonly timeoutMs?: number | undefined
  /**
   * How much of the text `stream()` keeps for the `partialResponse` of a stream that breaks: the last so many characters, all of
   * them by default. With 0 nothing is kept of what was read.
   */
  readonly maxPartialCharacters?: number | undefined
}

/** How a live run is started, watched and published. */
export interface RunOptions extends Omit<StreamOptions, 'maxPartialCharacters'> {
  /** Sees every event, before the state is published. What it throws stops the run and rejects `result()`. */
  readonly onEvent?: ((event: AgentEvent) => void) | undefined
  /** When state is published: once per frame by default. */
  readonly schedule?: Schedule | undefined
  /**
   * What becomes of the run when the page is left for good, by closing it, reloading it or going elsewhere. `leave`, the default:
   * the server decides, which cancels what nobody watches for 10 s, or carries on where its journal lasts. `cancel`: it is told to
   * stop in that very moment. That works where `headers` needs no network for its answer. A page that the browser keeps, to
   * bring it back as it was, cancels nothing.
   */
  readonly onPageHide?: 'cancel' | 'leave' | undefined
}

/** How a run that exists is followed. */
export interface AttachOptions extends Pick<RunOptions, 'signal' | 'timeoutMs' | 'onEvent' | 'schedule'> {
  /**
   * Only what happened after this cursor. The state then holds no more than that, and stays `unverified`: the server's digest
   * covers the whole run.
   */
  readonly after?: string | undefined
}

/** What `createAgentClient` makes: runs started, followed and stopped on one server. It holds no connection; share it. */
export interface AgentClient {
  /** Where the server's routes begin, without a slash at the end: what tells two clients apart in a cache. */
  readonly url: string
  /**
   * Cold: nothing happens until iterated, nothing is kept, and the server is read only as fast as the loop. Breaking out
   * cancels the run. Throws an AgentStreamError when the stream breaks; an aborted signal ends it with a `cancelled` event.
   */
  stream(input: RunInput, options?: StreamOptions): AsyncIterable<AgentEvent>
  /** Hot: starts now, folds into state, survives nobody listening. */
  run(input: RunInput, options?: RunOptions): AgentRun
  /** Follows a run that exists on the server, from its start unless told. */
  attach(runId: string, options?: AttachOptions): AgentRun
  /** Stops a run on the server, or a part of it, whoever started it. Never rejects. */
  cancel(runId: string, options?: CancelOptions): Promise<CancelReceipt>
  /** What an agent is and can do. Throws an AgentStreamError. */
  info(agent?: string, options?: CallOptions): Promise<AgentInfo>
  /**
   * One small request to any other route below `url`, with the client's own headers, and the JSON of its answer; null for an empty
   * one. Asked once. Throws an AgentStreamError.
   */
  call(request: Call, options?: CallOptions): Promise<unknown>
}

const { timeOrigin } = performance
/** Milliseconds since 1970 on a clock that never jumps. */
const now = (): number => timeOrigin + performance.now()

/** The last characters of a text that grows piece by piece. */
function createPartialText(most = Number.POSITIVE_INFINITY): { append(piece: string): void; text(): string } {
  const kept = { text: '', pieces: 0 }
  // Without the half of a character that is two units long.
  const last = (): string => (kept.text.length > most ? kept.text.slice(kept.text.length - most).replace(/^[\udc00-\udfff]/, '') : kept.text)
  return {
    append(piece) {
      grow(kept, piece, kept)
      // Not with every piece: each cut copies what stays.
      if (kept.text.length > 2 * most) kept.text = last()
    },
    text: last,
  }
}

/** A client for one server. It holds no connection and no state: make one and share it. */
export function createAgentClient(options: AgentClientOptions): AgentClient {
  const base = String(options.url).replace(/\/$/, '')
  const transport = options.transport ?? fetchTransport(options)
  const protocol = options.protocol ?? aiecs
  const limits: StreamLimits = { ...defaultFramingLimits, runBytes: 256 * 1024 * 1024, ...options.limits }
  const policy: StreamPolicy = {
    retry: options.retry === false ? { ...defaultRetry, attempts: 1 } : { ...defaultRetry, ...options.retry },
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    firstEventTimeoutMs: options.firstEventTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs ?? 45_000,
    onMalformed: options.onMalformed ?? 'fail',
  }
  const exchange = createExchange({ url: base, transport, protocol, headers: options.headers, limits })
  /** A run, which is listened in on where somebody wants to know. */
  const runOf = (id: string, { request, resume, protocol, ...asked }: RunExchange): Run => {
    const run: Run = { ...asked, open: (more) => openStream({ transport, policy, protocol, request, resume, now, ...more }) }
    return options.onMetric || options.onError ? metered(id, run, { ...options, now }) : run
  }
  const start = (id: string, input: RunInput, { agent, parameters }: StreamOptions): Run =>
    runOf(id, exchange.start({ runId: id, task: taskOf(input), agent, parameters }))
  const follow = (id: string, after?: string): Run => runOf(id, exchange.follow(id, after))
  const watch = (id: string, run: Run, runOptions: RunOptions): AgentRun =>
    createAgentRun({ ...runOptions, schedule: runOptions.schedule ?? perFrame, ...run, id, now })

  async function* read(input: RunInput, streamOptions: StreamOptions, leaving: { abort?: () => void }): AsyncGenerator<AgentEvent, void, undefined> {
    const { runId = randomId(), signal, timeoutMs } = streamOptions
    const run = start(runId, input, streamOptions)
    const queue = createEventQueue()
    const { controller, expired, release } = linkedController(signal, timeoutMs)
    leaving.abort = () => controller.abort()
    const partial = createPartialText(streamOptions.maxPartialCharacters)
    let isOver = false
    const finished = run.open({ signal: controller.signal, onEvent: queue.push, afterChunk: queue.drained }).finally(queue.close)
    try {
      for await (const batch of queue.batches()) {
        for (const event of batch) {
          if (event.type === 'token' && event.loop_scope === undefined) partial.append(event.content)
          yield event
        }
      }
      const { error = expired(), outcome } = await finished
      isOver = !controller.signal.aborted
      if (error instanceof StreamInterruptedError) error.partialResponse = partial.text()
      if (error) throw error
      if (!isOver && outcome === 'cancelled') yield { type: 'cancelled', by: 'user' }
    } finally {
      release()
      controller.abort()
      if (!isOver) await run.cancel()
    }
  }

  return {
    url: base,
    run(input, runOptions = {}) {
      const { runId = randomId() } = runOptions
      return watch(runId, start(runId, input, runOptions), runOptions)
    },
    attach: (runId, { after, ...runOptions } = {}) => watch(runId, follow(runId, after), runOptions),
    stream(input, streamOptions = {}) {
      const leaving: { abort?: () => void } = {}
      const events = read(input, streamOptions, leaving)
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => events.next(),
          // A generator hears of it with its next event only: a silent server would be waited for until then.
          return() {
            leaving.abort?.()
            return events.return()
          },
        }),
      }
    },
    cancel: (runId, how) => follow(runId).cancel(how),
    info: exchange.info,
    call: exchange.call,
  }
}
