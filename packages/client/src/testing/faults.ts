/** The fault kit: streams and servers that fail on purpose, for tests of what is built on this client. */
import { after, type Fault, followed, inEpoch, inSizes, perByte, perEvent, preceded, type Step, stepsOf } from './fault-steps.ts'

/** What happens to one answer on its way. Every method gives another plan; faults happen in the order they are named. */
export interface Faults {
  /** The connection breaks after so many bytes. */
  cutAt(bytes: number): Faults
  /** The stream is closed in order after so many bytes, as a proxy does that has had enough. */
  endAt(bytes: number): Faults
  /** After so many bytes (all, unless told) nothing comes any more, and nothing closes. */
  halfOpen(bytes?: number): Faults
  /** So many bytes at a time. */
  splitBytes(size: number): Faults
  /** In chunks of sizes that look random and are the same for the same seed. */
  split(seed: number): Faults
  /** One byte at a time, each after a wait. */
  slowLoris(waitMs?: number): Faults
  /** Silence before the first byte. */
  stall(ms: number): Faults
  /** CR LF where LF was. */
  crlf(): Faults
  /** One bit is not what it was; counted from the first. */
  flipBit(bit: number): Faults
  /** One event comes twice; counted from 0. */
  duplicate(event: number): Faults
  /** One event comes after its successor; counted from 0. */
  reorder(event?: number): Faults
  /** From one event on, ids belong to another journal. */
  wrongEpoch(event?: number): Faults
  /** A comment of so many bytes comes first. */
  oversizedLine(bytes: number): Faults
  /** An event of so many bytes comes first. */
  oversizedEvent(bytes: number): Faults
  /** The stream never ends: `text` over and over, a sign of life unless told. */
  endless(text?: string): Faults
  /** A page with status 200 instead. */
  html200(): Faults
  /** Compressed. What is named after it happens to the compressed bytes; `fetch` unpacks what is left, as a browser does. */
  gzip(): Faults
  /** Somewhere else instead. */
  redirect(location: string, status?: 301 | 302 | 303 | 307 | 308): Faults
  /** Another status instead, with these headers. */
  status(status: number, headers?: Readonly<Record<string, string>>): Faults
  /** An answer as this plan spoils it. The signal is that of its request. */
  apply(response: Response, signal?: AbortSignal | null): Response
  /** The source, spoiled. */
  response(signal?: AbortSignal | null): Response
  /** A fetch that answers every request with the source, spoiled. */
  readonly fetch: typeof globalThis.fetch
}

/** What the faulty response says of itself, and how its waits are made. */
export interface FaultOptions {
  /** Of the source: server-sent events unless told. */
  readonly contentType?: string
  /** How time passes; by the clock unless told. */
  readonly wait?: (ms: number) => Promise<void>
}

/**
 * A plan of faults for a transcript, or, without one, for whatever answer it is given.
 *
 * ```ts
 * const { fetch } = faults(transcript).duplicate(3).splitBytes(1).cutAt(1200)
 * const run = createAgentClient({ url: '/api', fetch, retry: false }).run('Hello')
 * ```
 */
export function faults(source: string | Uint8Array = '', options: FaultOptions = {}): Faults {
  return plan({ source, options, changes: [] })
}

/**
 * A fetch whose answers are spoiled attempt by attempt, counted from 0; undefined lets one pass. What the schedule throws is a
 * request that never arrived.
 *
 * ```ts
 * const fetch = faultyFetch(serverFetch, (attempt) => (attempt < 3 ? faults().cutAt(500 * (attempt + 1)) : undefined))
 * ```
 */
export function faultyFetch(fetch: typeof globalThis.fetch, schedule: (attempt: number) => Faults | undefined): typeof globalThis.fetch {
  let attempts = 0
  return async (input, init) => {
    const spoiled = schedule(attempts++)
    const response = await fetch(input, init)
    return spoiled ? unpacked(spoiled.apply(response, init?.signal)) : response
  }
}

/** An answer, taken apart. */
interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly steps: AsyncIterable<Step>
  /** For who answers something else: whoever made this one need not go on with it. */
  readonly discard: () => void
}

interface Plan {
  readonly source: string | Uint8Array
  readonly options: FaultOptions
  readonly changes: readonly ((answer: Answer) => Answer)[]
}

const isSse = ({ headers }: Answer): boolean => headers.get('content-type')?.startsWith('text/event-stream') === true
const utf8 = new TextEncoder()

function plan({ source, options, changes }: Plan): Faults {
  const changed = (change: (answer: Answer) => Answer): Faults => plan({ source, options, changes: [...changes, change] })
  const spoiled = (fault: Fault): Faults => changed((answer) => ({ ...answer, steps: fault(answer.steps) }))
  const events = (change: (event: Uint8Array, at: number) => readonly Uint8Array[]): Faults =>
    changed((answer) => ({ ...answer, steps: perEvent(isSse(answer), change)(answer.steps) }))
  const instead = (status: number, headers: Readonly<Record<string, string>>, body = ''): Faults =>
    changed(({ discard }) => {
      discard()
      return { status, headers: new Headers(headers), steps: stepsOf(new Response(body).body), discard: () => {} }
    })
  const response = (signal?: AbortSignal | null): Response =>
    self.apply(new Response(source as BodyInit, { headers: { 'content-type': options.contentType ?? 'text/event-stream' } }), signal)
  const self: Faults = {
    cutAt: (bytes) => spoiled(after(bytes, new TypeError('The connection was cut'))),
    endAt: (bytes) => spoiled(after(bytes, undefined)),
    halfOpen: (bytes) => spoiled(bytes === undefined ? followed(() => ['hang']) : after(bytes, 'hang')),
    splitBytes: (size) => spoiled(inSizes(() => size)),
    split: (seed) => spoiled(inSizes(randomSizes(seed))),
    slowLoris: (waitMs = 1000) => spoiled(inSizes(() => 1, waitMs)),
    stall: (ms) => spoiled(preceded(ms)),
    crlf: () => spoiled(perByte((byte) => (byte === 10 ? [13, 10] : [byte]))),
    flipBit: (bit) => spoiled(perByte((byte, at) => [at === bit >> 3 ? byte ^ (128 >> (bit & 7)) : byte])),
    duplicate: (event) => events((bytes, at) => (at === event ? [bytes, bytes] : [bytes])),
    reorder(event = 0) {
      let kept: Uint8Array | undefined
      return events((bytes, at) => {
        if (at === event) kept = bytes
        return at === event ? [] : at === event + 1 && kept ? [bytes, kept] : [bytes]
      })
    },
    wrongEpoch: (event = 0) => events((bytes, at) => [at < event ? bytes : inEpoch(bytes, 'elsewhere')]),
    oversizedLine: (bytes) => spoiled(preceded(utf8.encode(`:${'x'.repeat(bytes)}\n\n`))),
    oversizedEvent: (bytes) => spoiled(preceded(utf8.encode(`data: ${JSON.stringify({ type: 'token', content: 'x'.repeat(bytes) })}\n\n`))),
    endless: (text = ':\n\n') => spoiled(followed(() => forEver(utf8.encode(text)))),
    html200: () => instead(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>'),
    redirect: (location, status = 307) => instead(status, { location }),
    status: (status, headers = {}) => instead(status, headers),
    gzip: () =>
      changed((answer) => {
        const headers = new Headers(answer.headers)
        headers.set('content-encoding', 'gzip')
        const packed = bodyOf(answer.steps, options.wait).pipeThrough(new CompressionStream('gzip') as ByteTransform)
        return { ...answer, headers, steps: stepsOf(packed) }
      }),
    apply(original, signal) {
      const body = original.body
      const discard = (): void => void body?.cancel().catch(() => {}) // It may have ended already.
      const arrived: Answer = { status: original.status, headers: original.headers, steps: stepsOf(body), discard }
      const answer = changes.reduce((each, change) => change(each), arrived)
      const { status, headers } = answer
      return new Response([204, 205, 304].includes(status) ? null : bodyOf(answer.steps, options.wait, signal), { status, headers })
    },
    response,
    fetch: async (_, init) => {
      init?.signal?.throwIfAborted()
      return unpacked(response(init?.signal))
    },
  }
  return self
}

// The declarations of both streams allow any bytes in; these are fed Uint8Arrays only.
type ByteTransform = ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array>

/** What `fetch` makes of a packed answer. */
function unpacked(response: Response): Response {
  if (response.headers.get('content-encoding') !== 'gzip' || !response.body) return response
  const { status, headers } = response
  return new Response(response.body.pipeThrough(new DecompressionStream('gzip') as ByteTransform), { status, headers })
}

const byTheClock = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function bodyOf(steps: AsyncIterable<Step>, wait = byTheClock, signal?: AbortSignal | null): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = steps[Symbol.asyncIterator]()
  // A generator that waits for its source ends when that does; nobody waits for it here.
  const leave = (): void => void iterator.return?.()?.catch(() => {})
  return new ReadableStream(
    {
      start(controller) {
        const onAbort = (): void => {
          controller.error(signal?.reason)
          leave()
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        if (signal?.aborted) onAbort()
      },
      async pull(controller) {
        let step = await iterator.next()
        for (; typeof step.value === 'number'; step = await iterator.next()) await wait(step.value)
        const { value } = step
        // A pull that never ends is a body that never does.
        if (value === 'hang') return new Promise(() => {})
        if (value instanceof Error) {
          controller.error(value)
          leave()
        } else if (value === undefined) controller.close()
        else controller.enqueue(Uint8Array.from(value))
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  )
}

/** Mostly small, sometimes large, and the same for the same seed (mulberry32). */
function randomSizes(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    const unit = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    return Math.ceil(unit ** 3 * 400)
  }
}

function* forEver(bytes: Uint8Array): Generator<Step> {
  for (;;) yield bytes
}
