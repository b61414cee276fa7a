import { AgentStreamError } from '../errors.ts'
import { fetchTransport } from './fetch-transport.ts'
import { runAt, toOpening } from './socket-transport/address.ts'
import { type ClientSocket, type Connection, dial } from './socket-transport/dial.ts'
import type { Transport } from './transport.ts'

/** How sockets are opened, and how much may be under way on one. */
export interface SocketTransportOptions {
  /** What opens sockets; the runtime's own `WebSocket` unless told. Node 20 has none: give it that of the package `ws`. */
  readonly WebSocket?: new (
    url: string,
  ) => ClientSocket
  /** For the small requests that open no stream. */
  readonly fetch?: typeof globalThis.fetch
  /** How much the server may send beyond what was read, in UTF-16 units; 64 Ki unless told, 1 Mi at most. */
  readonly windowLength?: number
}

/** A server takes a larger one for this. */
const longestWindow = 1024 * 1024

/**
 * Streams over a WebSocket, one run each, from the same server and with the same promises as over fetch: for networks that
 * hold back streamed responses. The headers of the client travel in the first message, so no token stands in an address.
 */
export function socketTransport({ WebSocket: given, fetch, windowLength = 65_536 }: SocketTransportOptions = {}): Transport {
  const window = Math.min(Math.max(windowLength, 1), longestWindow)
  const http = fetchTransport(fetch ? { fetch } : {})
  const live = new Map<string, Connection>()
  return {
    async open(request, signal) {
      const { url, message } = toOpening(request, await request.headers())
      signal.throwIfAborted()
      const Socket = given ?? globalThis.WebSocket
      if (!Socket) throw new AgentStreamError('protocol', 'This runtime has no WebSocket: give socketTransport one')
      const run = runAt(request)
      let connection: Connection | undefined
      const onOver = (): void => {
        if (run !== undefined && live.get(run) === connection) live.delete(run)
      }
      connection = await dial({ socket: new Socket(url), url, message, windowLength: window, request, signal, onOver })
      if (run !== undefined) live.set(run, connection)
      return connection.frames
    },
    async call(request, signal) {
      // A socket can only be told to stop all of its run, and not why.
      const run = request.method === 'DELETE' && !request.url.includes('?') ? runAt(request) : undefined
      const receipt = run === undefined ? undefined : await live.get(run)?.cancel()
      return receipt === undefined ? http.call(request, signal) : receipt
    },
  }
}
