import { ProtocolError } from '../../errors.ts'
import { isObject } from '../../wire/json.ts'
import type { TransportRequest } from '../transport.ts'

/** Where a request goes by socket, and what is said there first. */
export interface Opening {
  readonly url: string
  readonly message: Readonly<Record<string, unknown>>
}

const start = /\/agents\/([^/]+)\/runs$/
const follow = /\/runs\/([^/]+)\/events$/
const named = /\/runs\/([^/]+)$/

/** A request for a stream as the first message of a socket. The app's headers travel in it: browsers give sockets none. */
export function toOpening({ url, body }: TransportRequest, headers: Headers): Opening {
  const address = absolute(url)
  const { 'last-event-id': lastEventId, ...rest } = Object.fromEntries(headers)
  const message = Object.keys(rest).length > 0 ? { headers: rest } : {}
  const started = start.exec(address.pathname)
  if (started) return { url: socketAt(address, start, started[1]), message: { ...(isObject(body) ? body : {}), ...message, type: 'start' } }
  const followed = follow.exec(address.pathname)?.[1]
  if (followed === undefined) throw new ProtocolError(`No socket leads to ${url}`)
  const after = lastEventId ?? address.searchParams.get('after') ?? undefined
  return { url: socketAt(address, follow), message: { ...message, type: 'attach', run_id: decodeURIComponent(followed), after } }
}

/** What names the run of a request, on its server; undefined when the server is to make the id. */
export function runAt({ method, url, body }: TransportRequest): string | undefined {
  const { origin, pathname } = absolute(url)
  const shape = method === 'POST' ? start : method === 'GET' ? follow : named
  const id = method === 'POST' ? isObject(body) && body['run_id'] : shape.exec(pathname)?.[1]
  return typeof id === 'string' && shape.test(pathname) ? `${origin}${pathname.replace(shape, '')}/runs/${id}` : undefined
}

function absolute(url: string): URL {
  return new URL(url, globalThis.location?.href)
}

function socketAt({ protocol, host, pathname }: URL, tail: RegExp, agent = 'default'): string {
  return `${protocol === 'https:' || protocol === 'wss:' ? 'wss:' : 'ws:'}//${host}${pathname.replace(tail, '')}/agents/${agent}/socket`
}
