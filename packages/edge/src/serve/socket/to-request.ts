import type { Parsed } from '../input.ts'
import type { SocketOpening } from './messages.ts'

/** What belongs to the handshake and not to what it is for. */
const ofHandshake = /^(?:sec-websocket-.*|connection|upgrade|accept|accept-encoding|content-length|transfer-encoding|last-event-id)$/

/** The headers of a handshake, and those of the first message that may be added to them. What the handshake has stays. */
export function mergeHeaders(handshake: Headers, added: Readonly<Record<string, string>>, mayAdd: readonly string[]): Parsed<Headers> {
  const headers = new Headers([...handshake].filter(([name]) => !ofHandshake.test(name)))
  for (const [name, value] of Object.entries(added)) {
    if (!mayAdd.includes(name.toLowerCase())) return { problem: `headers.${name.slice(0, 64)}: a message cannot add this header` }
    try {
      if (!headers.has(name)) headers.set(name, value)
    } catch {
      return { problem: `headers.${name.slice(0, 64)}: not a header value` }
    }
  }
  return { value: headers }
}

export interface ToRequestOptions {
  /** Of the handshake. */
  readonly url: string
  readonly headers: Headers
  readonly signal: AbortSignal
  /** As it came. */
  readonly text: string
}

const tail = /\/agents\/[^/]+\/socket$/

/** The request that a client with nothing but HTTP would have sent, so that both are answered by the same routes under the same rules. */
export function toRequest(opening: SocketOpening, { url, headers, signal, text }: ToRequestOptions): Request {
  const { origin, pathname } = new URL(url)
  if (opening.type === 'start') {
    const all = new Headers([...headers, ['accept', 'application/x-ndjson'], ['content-type', 'application/json']])
    return new Request(origin + pathname.replace(/socket$/, 'runs'), { method: 'POST', headers: all, body: text, signal })
  }
  const run = `${origin}${pathname.replace(tail, '')}/runs/${encodeURIComponent(opening.run_id)}`
  if (opening.type === 'cancel') return new Request(run, { method: 'DELETE', headers, signal })
  const after: [string, string][] = opening.after ? [['last-event-id', opening.after]] : []
  return new Request(`${run}/events`, { headers: new Headers([...headers, ['accept', 'application/x-ndjson'], ...after]), signal })
}
