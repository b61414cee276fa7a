/** Between Node's own servers and a fetch handler: bytes pass as they come, and a client that leaves aborts its request. */
import { toHeaders, toUrl } from './node-request.ts'

/** What is used of Node's `IncomingMessage`, over HTTP/1.1 or HTTP/2. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly socket: object
}

/** What is used of Node's `ServerResponse`. */
export interface NodeResponse {
  readonly headersSent: boolean
  readonly writableFinished: boolean
  writeHead(status: number, headers: Record<string, string | string[]>): unknown
  /** Over HTTP/2 `writeHead` does it. */
  flushHeaders?(): unknown
  write(chunk: Uint8Array): boolean
  end(): unknown
  destroy(): unknown
  on(event: 'close' | 'drain', listener: () => void): unknown
  off(event: 'drain', listener: () => void): unknown
}

/**
 * For Node: `createServer(nodeListener(handler)).listen(8787)`, with `createServer` of `node:http`, or a handler of Express, in front of
 * whatever reads bodies. Mounted at a path, it is asked without that path, so its handler has no `basePath`. A handler that throws is answered with 500; a body that breaks breaks the connection off.
 */
export function nodeListener(handler: (request: Request) => Response | Promise<Response>): (incoming: NodeRequest, outgoing: NodeResponse) => void {
  return (incoming, outgoing) => {
    const leaving = new AbortController()
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) leaving.abort(new DOMException('The client left', 'AbortError'))
    })
    answer(incoming, outgoing, { handler, signal: leaving.signal }).catch(() => {
      // A stream that broke must not look like one that ended. What broke it, the handler tells its `onError`.
      if (outgoing.headersSent) outgoing.destroy()
      else refuse(outgoing, 500)
    })
  }
}

interface Answering {
  readonly handler: (request: Request) => Response | Promise<Response>
  readonly signal: AbortSignal
}

async function answer(incoming: NodeRequest, outgoing: NodeResponse, { handler, signal }: Answering): Promise<void> {
  const request = toRequest(incoming, signal)
  if (!request) return refuse(outgoing, 400)
  const { status, headers, body } = await handler(request)
  const cookies = headers.getSetCookie()
  outgoing.writeHead(status, { ...Object.fromEntries(headers), ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}) })
  // The first event may be long in coming; that there will be one is known now.
  outgoing.flushHeaders?.()
  if (body) await send(body.getReader(), outgoing, signal)
  outgoing.end()
}

function refuse(outgoing: NodeResponse, status: number): void {
  outgoing.writeHead(status, {})
  outgoing.end()
}

/** Undefined for what no fetch handler can be asked: an address that is none, or the method CONNECT. */
function toRequest(incoming: NodeRequest, signal: AbortSignal): Request | undefined {
  const { method = 'GET' } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  try {
    // `duplex` is what Node asks for where a body streams, and is missing in the platform's types.
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: toHeaders(incoming),
      signal,
      ...(hasBody ? { body: bodyOf(incoming), duplex: 'half' } : {}),
    }
    return new Request(toUrl(incoming), init)
  } catch {
    return undefined
  }
}

function bodyOf(incoming: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}

async function send(reader: ReadableStreamDefaultReader<Uint8Array>, outgoing: NodeResponse, signal: AbortSignal): Promise<void> {
  // Whoever left is not told what became of the rest.
  const stop = (): void => void reader.cancel(signal.reason).catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (!outgoing.write(chunk.value)) await drained(outgoing, signal)
  }
}

function drained(outgoing: NodeResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    outgoing.on('drain', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
