/** Between Node's server and a fetch handler: bytes pass as they come, and a client that leaves aborts the request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { Fetch } from './faults.ts'

export function toNodeListener(handle: Fetch): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  return async (incoming, outgoing) => {
    const leaving = new AbortController()
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) leaving.abort(new DOMException('The client left', 'AbortError'))
    })
    try {
      await send(await handle(toRequest(incoming, leaving.signal)), outgoing, leaving.signal)
    } catch (error) {
      // Aborted is what somebody wanted: the client, or whoever cut the body.
      if (!leaving.signal.aborted && !isAbort(error)) console.error(error)
      // A stream that broke must not look like one that ended.
      outgoing.destroy()
    }
  }
}

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError'

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) for (const one of [value ?? []].flat()) headers.append(name, one)
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? 'localhost'}`)
  const method = incoming.method ?? 'GET'
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal })
  // Node's stream of bytes is the platform's; the two type libraries only disagree on its name. `duplex` is missing in theirs.
  const body = Readable.toWeb(incoming) as NodeReadableStream<Uint8Array> as unknown as BodyInit
  return new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit)
}

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.flushHeaders()
  const reader = response.body?.getReader()
  if (!reader) return void outgoing.end()
  signal.addEventListener('abort', () => void reader.cancel(signal.reason).catch(() => {}), { once: true })
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (!outgoing.write(chunk.value)) await drained(outgoing, signal)
  }
  outgoing.end()
}

function drained(outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    outgoing.on('drain', done)
    signal.addEventListener('abort', done)
  })
}
