import { HttpError, LimitError, ProtocolError, StreamInterruptedError } from '../errors.ts'
import type { Frame } from '../wire/frames/frame.ts'
import { framingNamed, framingReaders } from '../wire/frames/negotiate.ts'
import { parseJson } from '../wire/json.ts'
import { parseRetryAfter } from '../wire/retry-after.ts'
import { type Stage, stageReader } from '../wire/stage.ts'
import type { Transport, TransportRequest } from './transport.ts'

const excerptBytes = 4096

/** Streams over fetch: SSE or NDJSON, as the server's content type says. */
export function fetchTransport(options: { fetch?: typeof globalThis.fetch } = {}): Transport {
  const request = async ({ method, url, headers, body }: TransportRequest, accept: string, signal?: AbortSignal): Promise<Response> => {
    const all = await headers()
    signal?.throwIfAborted()
    all.set('accept', accept)
    if (body !== undefined) all.set('content-type', 'application/json')
    // Looked up per call, so that a page's instrumentation of fetch is honoured whenever it was installed.
    const response = await (options.fetch ?? globalThis.fetch)(url, {
      method,
      headers: all,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      // What stops a run arrives even when the page is left in the same moment.
      keepalive: method === 'DELETE',
    }).catch((error: unknown) => {
      // Runtimes say no more than that the fetch failed; of an abort they say why.
      throw signal?.aborted ? error : new StreamInterruptedError(`${method} ${url} cannot be reached from here`, { cause: error })
    })
    if (response.ok) return response
    const retryAfterMs = parseRetryAfter(response.headers, Date.now())
    throw new HttpError(response.status, `${method} ${url}`, { body: await excerptOf(response), retryAfterMs })
  }
  return {
    async open(target, signal) {
      const accepted = target.framings ?? framingReaders
      const response = await request(target, accepted.map((framing) => framing.contentType).join(', '), signal)
      const type = response.headers.get('content-type')
      const framing = framingNamed(type, accepted)
      if (!framing || !response.body) {
        const got = response.body ? (type ?? 'no content type') : 'no body'
        throw new ProtocolError(`${target.url} answered ${response.status} with ${got} instead of a stream`, { excerpt: await excerptOf(response) })
      }
      const source = stageReader(response.body, limited(framing.decoder(target.limits), target), inPieces)
      return { ...source, isKept: response.headers.has('agentstream-run-id') }
    },
    async call(target, signal) {
      const response = await request(target, 'application/json', signal)
      return parseJson((await response.text()) || 'null')
    },
  }
}

function limited(stage: Stage<Uint8Array, Frame>, { limits, tally = { bytes: 0 } }: TransportRequest): Stage<Uint8Array, Frame> {
  const limit = limits.runBytes
  return {
    push(bytes) {
      tally.bytes += bytes.byteLength
      if (tally.bytes > limit) throw new LimitError('The stream', limit, 'bytes')
      return stage.push(bytes)
    },
    end: () => stage.end(),
  }
}

/** As large as a socket's chunks are. A body from a cache, or made by a page, can be a single one with everything in it. */
const pieceBytes = 64 * 1024

function inPieces(chunk: Uint8Array): readonly Uint8Array[] {
  if (chunk.length <= pieceBytes) return [chunk]
  const starts = Array.from({ length: Math.ceil(chunk.length / pieceBytes) }, (_, at) => at * pieceBytes)
  return starts.map((start) => chunk.subarray(start, start + pieceBytes))
}

/** The beginning of a body that is not what was asked for; the rest is never read. */
async function excerptOf({ body }: Response): Promise<string> {
  if (!body) return ''
  const utf8 = new TextDecoder()
  const source = stageReader(body, { push: (bytes: Uint8Array) => [utf8.decode(bytes, { stream: true })], end: () => [] })
  let text = ''
  try {
    await source.drive(([piece = '']) => {
      text += piece
      if (text.length >= excerptBytes) source.cancel()
    })
  } catch {
    // What could be read tells enough; the status is the error.
  }
  return text.slice(0, excerptBytes)
}
