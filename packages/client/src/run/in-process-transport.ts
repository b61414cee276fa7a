import { fetchTransport } from './fetch-transport.ts'
import type { Transport } from './transport.ts'

/**
 * Hands requests straight to a server in the same page or process, such as what `createAgentHandler` makes: no network, the
 * same reading. An abort reaches the handler as that of its request, as a client's leaving would.
 *
 * ```ts
 * createAgentClient({ url: '/api', transport: inProcessTransport((request) => handler(request)) })
 * ```
 */
export function inProcessTransport(handler: (request: Request) => Promise<Response> | Response): Transport {
  const http = fetchTransport({
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : input
      // A path needs an origin to be an address, and outside of pages there is none.
      return handler(new Request(new URL(url, globalThis.location?.href ?? 'http://in-process.invalid'), init))
    },
  })
  return {
    async open(request, signal) {
      const frames = await http.open(request, signal)
      // Over a network fetch does this; a handler that ignores its signal must not hold the reader.
      signal.addEventListener('abort', () => frames.cancel(signal.reason), { once: true })
      return frames
    },
    call: http.call,
  }
}
