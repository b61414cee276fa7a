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
  const ask = async (request: Request): Promise<Response> => handler(request)
  // Node stops telling a request of its abort once nobody holds the request: here whoever can abort it does.
  const held = new WeakMap<AbortSignal, Request>()
  const http = fetchTransport({
    fetch(input, init) {
      const url = input instanceof Request ? input.url : input
      // A path needs an origin to be an address, and outside of pages there is none.
      const request = new Request(new URL(url, globalThis.location?.href ?? 'http://in-process.invalid'), init)
      const signal = init?.signal ?? request.signal
      held.set(signal, request)
      return unlessAborted(ask(request), signal)
    },
  })
  return {
    async open(request, signal) {
      const frames = await http.open(request, signal)
      signal.addEventListener('abort', () => frames.cancel(signal.reason), { once: true })
      return frames
    },
    call: http.call,
  }
}

/** What fetch does by itself: a handler that ignores its signal holds nobody who has left. */
function unlessAborted(answer: Promise<Response>, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(signal.reason)
      // A late answer to nobody is closed, and a late failure is nobody's.
      answer.then((response) => response.body?.cancel()).catch(() => {})
    }
    signal.addEventListener('abort', leave, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
    if (signal.aborted) leave()
  })
}
