import { AgentStreamError, StreamInterruptedError, toAgentStreamError } from '../../errors.ts'
import { isObject, objectIn, parsePythonJson } from '../../wire/json.ts'
import { fetchTransport } from '../fetch-transport.ts'
import type { FrameSource, Transport, TransportRequest } from '../transport.ts'
import { closingError } from './closing.ts'
import type { ClientSocket } from './dial.ts'
import { createInbox } from './inbox.ts'

/** How Agentor’s sockets are opened, and when a reply counts as its last. */
export interface AgentorSocketOptions {
  /** What opens sockets; the runtime's own `WebSocket` unless told. */
  readonly WebSocket?: new (
    url: string,
  ) => ClientSocket
  /** How long it must be silent behind a reply for the reply to be the last. 2,000 ms unless told, and up to twice that. */
  readonly turnIdleMs?: number
}

/**
 * The socket of Agentor's guide, for a client with `protocol: agentor` whose `url` is the socket's address. The prompt is the
 * first message, and every object is one. The guide has no word for the end of an answer: a reply that nothing follows for a
 * while is the end, and so is a socket that is closed in order; the server may be slower than that between its tools. It takes
 * no headers and no history: a socket is one conversation, and each run opens its own.
 */
export function agentorSocketTransport({ WebSocket: given, turnIdleMs = 2000 }: AgentorSocketOptions = {}): Transport {
  return {
    async open(request, signal) {
      const Socket = given ?? globalThis.WebSocket
      if (!Socket) throw new AgentStreamError('protocol', 'This runtime has no WebSocket: give agentorSocketTransport one')
      signal.throwIfAborted()
      const address = new URL(request.url.replace(/\/chat$/, ''), globalThis.location?.href)
      const url = address.href.replace(/^http/, 'ws')
      return converse(new Socket(url), { url, request, signal, turnIdleMs })
    },
    call: fetchTransport().call,
  }
}

interface Conversation {
  readonly url: string
  readonly request: TransportRequest
  readonly signal: AbortSignal
  readonly turnIdleMs: number
}

function converse(socket: ClientSocket, { url, request, signal, turnIdleMs }: Conversation): Promise<FrameSource> {
  return new Promise((resolve, reject) => {
    let isOpen = false
    let isOver = false
    let isQuiet = false
    let last = ''
    const leave = (): void => {
      isOver = true
      clearInterval(timer)
      signal.removeEventListener('abort', onAbort)
      socket.close()
    }
    const over = (error?: AgentStreamError): void => {
      if (isOver) return
      leave()
      if (isOpen) inbox.end(error)
      else reject(error ?? new StreamInterruptedError('The socket was closed before it was open'))
    }
    const onAbort = (): void => {
      if (isOver) return
      leave()
      inbox.abort(signal.reason)
      reject(signal.reason)
    }
    const inbox = createInbox({
      limits: request.limits,
      tally: request.tally,
      windowLength: request.limits.runBytes,
      frameOf: (text) => ({ data: text.trim() }),
      // This server cannot be held back.
      acknowledge: () => {},
      onCancel: () => {
        if (!isOver) leave()
      },
    })
    // One timer for the run: what is quiet for the whole of an interval is quiet.
    const timer = setInterval(() => {
      if (isQuiet && isReply(last)) over()
      isQuiet = true
    }, turnIdleMs)
    socket.addEventListener('open', () => {
      if (isOver) return
      isOpen = true
      socket.send(JSON.stringify({ text: promptOf(request) }))
      resolve(inbox.frames)
    })
    socket.addEventListener('message', ({ data }) => {
      if (isOver) return
      isQuiet = false
      last = String(data)
      try {
        inbox.take(last)
      } catch (error) {
        over(toAgentStreamError(error))
      }
    })
    socket.addEventListener('close', (closing) => over(closingError(url, closing)))
    socket.addEventListener('error', () => over(new StreamInterruptedError('The socket failed')))
    signal.addEventListener('abort', onAbort)
  })
}

/** What was asked last, of a request as `POST /chat` has it. */
function promptOf({ body }: TransportRequest): unknown {
  const input = isObject(body) ? body['input'] : undefined
  const newest: unknown = Array.isArray(input) ? input.at(-1) : input
  return isObject(newest) ? newest['content'] : newest
}

/** True for what an agent said as a whole: it may be its last word. */
function isReply(text: string): boolean {
  const value = objectIn(text, parsePythonJson)
  return typeof value?.['message'] === 'string' && value['tool_action'] == null
}
