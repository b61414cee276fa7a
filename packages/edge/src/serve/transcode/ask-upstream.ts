/** The request to an upstream: only what its entry in the list allows goes out, and nothing but a stream comes back. */
import { AgentStreamError, type Framing, framingFor, framings, HttpError } from '@agentstream/client/wire'
import type { Upstream } from './options.ts'

/** Of one hop only (RFC 9110, 7.6.1), or fetch's own business: never forwarded, whatever the list says. */
const neverForwarded = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export interface UpstreamRequest {
  readonly headers: Headers
  /** The JSON text of the request, passed on as it is. */
  readonly body: string
  readonly signal: AbortSignal
  readonly fetch: typeof globalThis.fetch
}

export interface UpstreamAnswer {
  readonly body: ReadableStream<Uint8Array>
  readonly framing: Framing
}

/** The address, checked when the handler is made. Throws AgentStreamError for one that cannot work. */
export function upstreamAddress(name: string, { url }: Upstream): URL {
  let address: URL
  try {
    address = new URL(url)
  } catch {
    // The text itself stays out of the message: addresses of gateways can hold keys.
    throw new AgentStreamError('http', `The address of the upstream ${name} is not a URL`)
  }
  if (address.protocol === 'https:' || address.protocol === 'http:') return address
  throw new AgentStreamError('http', `The address of the upstream ${name} must be http or https`)
}

/** Throws HttpError for an answer that is no stream; its body is not even read, for it may hold what only the upstream should know. */
export async function askUpstream(address: URL, upstream: Upstream, { headers, body, signal, fetch }: UpstreamRequest): Promise<UpstreamAnswer> {
  const accepted = upstream.from.framings ?? framings
  const sent = new Headers()
  for (const name of upstream.forward ?? []) {
    const value = headers.get(name)
    if (value !== null && !neverForwarded.has(name.toLowerCase())) sent.set(name, value)
  }
  const own = typeof upstream.headers === 'function' ? await upstream.headers() : upstream.headers
  for (const [name, value] of Object.entries(own ?? {})) sent.set(name, value)
  sent.set('content-type', 'application/json')
  sent.set('accept', accepted.map((framing) => framing.contentType).join(', '))
  // A redirect is an answer like any other: followed, it would carry the key and the request to another host.
  const response = await fetch(address, { method: 'POST', headers: sent, body, signal, redirect: 'manual' })
  const framing = response.ok ? framingFor(response.headers.get('content-type'), accepted) : undefined
  if (framing && response.body) return { body: response.body, framing }
  response.body?.cancel().catch(() => {})
  throw new HttpError(response.status, 'The upstream', {})
}
