import { type AgentStreamError, HttpError, ProtocolError, StreamInterruptedError, toAgentStreamError } from '../../errors.ts'
import { isObject, parseJson } from '../../wire/json.ts'
import { parseRetryAfter } from '../../wire/retry-after.ts'
import type { FrameSource, TransportRequest } from '../transport.ts'
import { closingError } from './closing.ts'
import { createInbox, toFrame } from './inbox.ts'

/** What is used of a `WebSocket`: those of browsers, Workers, Deno, Bun, Node 22 and the package `ws` all have it. */
export interface ClientSocket {
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
  send(text: string): void
  close(): void
}

export interface DialOptions {
  /** Not open yet: its first event is still to come. */
  readonly socket: ClientSocket
  /** Named in errors. */
  readonly url: string
  readonly message: Readonly<Record<string, unknown>>
  readonly windowLength: number
  readonly request: TransportRequest
  readonly signal: AbortSignal
  /** Called once, when the socket is of no more use. */
  readonly onOver: () => void
}

/** One run on one socket. */
export interface Connection {
  readonly frames: FrameSource
  /** Asks the server to stop the run: its receipt, or undefined when the socket closed before it came. */
  cancel(): Promise<unknown>
}

/** Resolves when the server answered the first message with a stream. */
export function dial({ socket, url, message, windowLength, request, signal, onOver }: DialOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let isAnswered = false
    let isOver = false
    let receipt: { readonly promise: Promise<unknown>; readonly settle: (receipt: unknown) => void } | undefined
    const say = (words: object): void => {
      if (!isOver) socket.send(JSON.stringify(words))
    }
    const leave = (): void => {
      isOver = true
      signal.removeEventListener('abort', onAbort)
      receipt?.settle(undefined)
      onOver()
      // No listener is taken off: a socket that is closed before it is open says so once more, and `ws` throws what nobody hears.
      socket.close()
    }
    const inbox = createInbox({
      limits: request.limits,
      tally: request.tally,
      windowLength,
      acknowledge: (received) => say({ type: 'ack', received }),
      onCancel() {
        // The last frame of a stopped run can overtake the receipt that somebody waits for.
        if (receipt) void receipt.promise.then(end)
        else end()
      },
    })
    const end = (): void => {
      if (!isOver) leave()
    }
    const over = (error?: AgentStreamError): void => {
      if (isOver) return
      leave()
      if (isAnswered) inbox.end(error)
      else reject(error ?? new StreamInterruptedError('The socket was closed without an answer'))
    }
    const onAbort = (): void => {
      if (isOver) return
      leave()
      inbox.abort(signal.reason)
      reject(signal.reason)
    }
    const cancel = (): Promise<unknown> => {
      if (!receipt) {
        let settle = (_: unknown): void => {}
        const promise = new Promise<unknown>((done) => {
          settle = done
        })
        receipt = { promise, settle }
        if (isOver) settle(undefined)
        say({ type: 'cancel' })
      }
      return receipt.promise
    }
    const take = (text: string): void => {
      // What only this transport understands begins with its name; an event's text begins with its cursor.
      const control = text.startsWith('{"$event":') ? toFrame(text) : undefined
      if (control?.event === 'refused') throw refusal(url, control.data)
      if (control?.event === 'receipt') receipt?.settle(parseJson(control.data))
      else if (control?.event !== 'run') inbox.take(text)
      if (isAnswered) return
      isAnswered = true
      resolve({ frames: { ...inbox.frames, isKept: control?.event === 'run' }, cancel })
    }
    socket.addEventListener('open', () => say({ ...message, window: windowLength }))
    socket.addEventListener('message', ({ data }) => {
      if (isOver) return
      if (typeof data !== 'string') return over(new ProtocolError('The server sent a message that is not text'))
      try {
        take(data)
      } catch (error) {
        over(toAgentStreamError(error))
      }
    })
    socket.addEventListener('close', (closing) => over(closingError(url, closing)))
    socket.addEventListener('error', () => over(new StreamInterruptedError('The socket failed')))
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
}

/** The answer that HTTP would have given. */
function refusal(url: string, data: string): AgentStreamError {
  const told = parseJson(data)
  if (!isObject(told) || typeof told['status'] !== 'number') return new ProtocolError('A refusal without a status', { excerpt: data })
  const { status, body, retry_after } = told
  const get = (name: string): string | null => (name === 'retry-after' && typeof retry_after === 'string' ? retry_after : null)
  const retryAfterMs = parseRetryAfter({ get }, Date.now())
  return new HttpError(status, url, { body: typeof body === 'string' ? body : '', retryAfterMs })
}
