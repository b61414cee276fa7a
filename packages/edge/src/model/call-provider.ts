import {
  type Frame,
  type Framing,
  isAgentStreamError,
  isRetryableStatus,
  type JsonObject,
  LimitError,
  parseRetryAfter,
  pipe,
  type Stage,
  type StageReader,
  stageReader,
} from '@agentstream/client/wire'
import { interruptible, linkedAbort, sleep, stallTimer } from '../abort.ts'
import { oneByOne } from '../batches.ts'
import { ProviderError } from '../errors.ts'
import type { ModelDelta, ProviderInfo, TraceContext } from './provider.ts'
import { defaultAttempts, type RetryPolicy, retryDelay } from './retry-policy.ts'

/**
 * The POST every provider makes. In go a URL, a body and the vendor's stage from frames to deltas; out come deltas. It
 * knows HTTP, time and limits, and nothing of any vendor's words.
 */

/** What a vendor's stage puts out. A failure is an output, so that what came before it in the same chunk is not lost. */
export type StreamDelta = ModelDelta | { readonly type: 'failure'; readonly error: ProviderError } | { readonly type: 'done' }

/** How a provider reaches its server. Every member is optional; tests and unusual hosts replace them. */
export interface ProviderTransport {
  readonly fetch?: typeof globalThis.fetch | undefined
  /** For failures before the first delta; after it nothing is ever repeated. `false` asks once. */
  readonly retry?: RetryPolicy | false
  /** Longest silence while waiting for the server. Default 60 000. */
  readonly idleTimeoutMs?: number
  readonly limits?: { readonly eventBytes: number; readonly responseBytes: number }
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly random?: () => number
}

const defaultIdleMs = 60_000

/** What a provider tells of how it asks. */
export function askingOf(options: ProviderTransport & Pick<ProviderInfo, 'parameters'>): Pick<ProviderInfo, 'timeoutMs' | 'maxRetries' | 'parameters'> {
  const { idleTimeoutMs: timeoutMs = defaultIdleMs, retry = {}, parameters } = options
  return { timeoutMs, maxRetries: retry === false ? 0 : (retry.attempts ?? defaultAttempts) - 1, ...(parameters ? { parameters } : {}) }
}

export interface ProviderCall {
  /** Named in errors. */
  readonly provider: string
  readonly url: URL
  readonly headers: Headers
  readonly trace?: TraceContext | undefined
  readonly body: JsonObject
  readonly framing: Framing
  /** A fresh stage for every attempt. Its `end` gives `done` when the model had finished, else a failure. */
  readonly deltas: () => Stage<Frame, StreamDelta>
  readonly signal: AbortSignal
  readonly transport: ProviderTransport
}

const defaultLimits = { eventBytes: 4 * 1024 * 1024, responseBytes: 64 * 1024 * 1024 }

/** A provider's answer, however it is reached. */
export interface ProviderAnswer {
  /** Named in errors. */
  readonly provider: string
  readonly signal: AbortSignal
  readonly transport: ProviderTransport
  /** Asks once. Aborting the signal gives up, also while the answer is read. */
  readonly open: (signal: AbortSignal) => Promise<OpenAnswer>
}

export interface OpenAnswer {
  readonly reader: StageReader<StreamDelta>
  /** What was still held back when the answer broke off: `done` among it when the model had finished. */
  readonly end: () => readonly StreamDelta[]
}

/**
 * Asks a provider over HTTP and gives its deltas. Ends normally only when the model finished. Throws ProviderError for
 * everything that goes wrong, and the signal's reason when it aborts: the request is then aborted and nothing more is read.
 */
export function callProvider(call: ProviderCall): AsyncIterableIterator<ModelDelta, undefined, undefined> {
  const { limits = defaultLimits } = call.transport
  return readAnswer({
    ...call,
    open: async (signal) => {
      const body = await openBody(call, signal)
      const deltas = call.deltas()
      return {
        reader: stageReader(body, pipe(pipe(byteLimit(limits.responseBytes), call.framing.decoder(limits)), deltas)),
        end: () => deltas.end(),
      }
    },
  })
}

/** The same for a provider that makes its requests itself. */
export function readAnswer(answer: ProviderAnswer): AsyncIterableIterator<ModelDelta, undefined, undefined> {
  return oneByOne(answerBatches(answer), answer.signal)
}

async function* answerBatches(answer: ProviderAnswer): AsyncGenerator<readonly ModelDelta[], void, undefined> {
  const { retry = {}, sleep: wait = sleep, random = Math.random } = answer.transport
  for (let attempt = 1; ; attempt++) {
    // A model that was silent for long may still be at work, and is paid for: it is not asked again. Nor is one that spoke.
    let final = retry === false
    try {
      const batches = attemptAnswer(answer, () => {
        final = true
      })
      for await (const batch of batches) {
        final = true
        answer.signal.throwIfAborted()
        yield batch
        // Not all of it was heard then, though it may have been the last.
        answer.signal.throwIfAborted()
      }
      return
    } catch (error) {
      answer.signal.throwIfAborted()
      const failure = toProviderError(answer.provider, error)
      const delayMs = final || retry === false ? undefined : retryDelay(failure, attempt, { policy: retry, random })
      if (delayMs === undefined) throw failure
      await wait(delayMs, answer.signal)
    }
  }
}

/** One request, and a batch of deltas per network chunk. */
async function* attemptAnswer(answer: ProviderAnswer, onStall: () => void): AsyncGenerator<readonly ModelDelta[], void, undefined> {
  const { provider, signal } = answer
  signal.throwIfAborted()
  const { idleTimeoutMs = defaultIdleMs } = answer.transport
  const request = linkedAbort(signal)
  const waits = interruptible(request.signal)
  const stall = stallTimer(idleTimeoutMs, () => {
    onStall()
    request.abort(new ProviderError(provider, `${provider} sent nothing for ${idleTimeoutMs} ms`, { retryable: true }))
  })
  let cancel: (() => void) | undefined
  try {
    stall.start()
    const { reader, end } = await waits.wait(answer.open(request.signal))
    cancel = () => reader.cancel()
    for (;;) {
      request.signal.throwIfAborted()
      stall.start()
      const batch = await waits.wait(reader.read()).catch((error: unknown) => endAfter(error, { end, signal }))
      stall.pause()
      const { said, last } = split(batch ?? end())
      if (said.length > 0) yield said
      if (last?.type === 'failure') throw last.error
      if (last) return
    }
  } finally {
    stall.stop()
    waits.release()
    cancel?.()
    request.abort()
    request.release()
  }
}

/** Whichever way the bytes ended, the vendor's stage decides whether the model had finished before. */
function endAfter(error: unknown, { end, signal }: { end: () => readonly StreamDelta[]; signal: AbortSignal }): readonly StreamDelta[] {
  signal.throwIfAborted()
  const rest = end()
  if (rest.some((delta) => delta.type === 'done')) return rest
  throw error
}

function split(batch: readonly StreamDelta[]): { said: readonly ModelDelta[]; last?: Exclude<StreamDelta, ModelDelta> } {
  const said: ModelDelta[] = []
  for (const delta of batch) {
    if (delta.type === 'done' || delta.type === 'failure') return { said, last: delta }
    said.push(delta)
  }
  return { said }
}

async function openBody(call: ProviderCall, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const { provider, url } = call
  const headers = call.trace ? new Headers([...call.headers, ...Object.entries(call.trace)]) : call.headers
  const { fetch = globalThis.fetch } = call.transport
  // A redirect is an answer like any other: following it would hand the key and the prompt to another host.
  const init: RequestInit = { method: 'POST', headers, body: JSON.stringify(call.body), signal, redirect: 'manual' }
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new ProviderError(provider, `${provider} could not be reached`, { retryable: true, cause })
  })
  const refusal = signal.aborted ? new ProviderError(provider, `The request to ${provider} was aborted`) : refusalOf(response, call)
  if (!refusal && response.body) return response.body
  // The body may hold the key or the prompt, so it is not even read.
  response.body?.cancel().catch(() => {})
  throw refusal ?? new ProviderError(provider, `${provider} answered ${response.status} without a body`, { status: response.status, retryable: true })
}

const meanings: Readonly<Record<number, string>> = {
  400: 'it could not use the request',
  401: 'it refused the key',
  402: 'it wants to be paid',
  403: 'it refused access',
  404: 'no such address or model',
  413: 'the request is too large',
  429: 'too many requests',
}

function refusalOf(response: Response, call: ProviderCall): ProviderError | undefined {
  const { provider } = call
  const { status } = response
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400))
    return new ProviderError(provider, `${provider} answered with a redirect, which is not followed`, { status })
  if (response.ok) return wrongContent(response, call)
  const meaning = meanings[status] ?? (status >= 500 ? 'it failed' : 'it refused the request')
  const retryAfterMs = parseRetryAfter(response.headers, Date.now())
  const details = { status, retryable: isRetryableStatus(status), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  return new ProviderError(provider, `${provider} answered ${status}: ${meaning}`, details)
}

/** Servers label streams carelessly, so only what is certainly something else is refused. */
function wrongContent({ headers, status }: Response, { provider, framing }: ProviderCall): ProviderError | undefined {
  const [type = ''] = (headers.get('content-type') ?? '').toLowerCase().split(';')
  if (type.trim() === framing.contentType) return undefined
  const [, kind] = type.match(/(html|xml|json)\s*$/) ?? []
  if (kind === undefined) return undefined
  return new ProviderError(provider, `${provider} answered ${status} with ${kind.toUpperCase()} instead of a stream (${framing.contentType})`, { status })
}

function byteLimit(limit: number): Stage<Uint8Array, Uint8Array> {
  let total = 0
  return {
    push(bytes) {
      total += bytes.byteLength
      if (total > limit) throw new LimitError('The answer', limit, 'bytes')
      return [bytes]
    },
    end: () => [],
  }
}

function toProviderError(provider: string, error: unknown): ProviderError {
  if (error instanceof ProviderError) return error
  // Messages of our own errors hold no content; anybody else's might.
  if (isAgentStreamError(error)) return new ProviderError(provider, `${provider} sent a stream that cannot be read. ${error.message}`, { cause: error })
  return new ProviderError(provider, `The connection to ${provider} was lost in the middle of the answer`, { retryable: true, cause: error })
}
