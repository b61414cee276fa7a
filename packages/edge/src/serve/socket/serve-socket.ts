/**
 * One socket, one run: messages go in, the same frames come out as over HTTP, one per message. Each request that the messages
 * stand for goes through the handler like any other, so nothing is allowed here that is not allowed there.
 */
import { errorResponse } from '../error-response.ts'
import { parseMessage, parseOpening } from './messages.ts'
import { control, startTalk, type Talk } from './talk.ts'
import { mergeHeaders } from './to-request.ts'
import type { UpgradedSocket } from './upgrade.ts'

export interface ServeSocketOptions {
  readonly handshake: Request
  readonly handle: (request: Request) => Promise<Response>
  readonly mayAddHeaders: readonly string[]
  readonly maxMessageBytes: number
  readonly firstMessageTimeoutMs: number
}

export function serveSocket(socket: UpgradedSocket, options: ServeSocketOptions): void {
  const { handshake, handle, mayAddHeaders, maxMessageBytes, firstMessageTimeoutMs } = options
  const left = new AbortController()
  const { signal } = left
  let talk: Talk | undefined
  let isRefused = false

  const send = (text: string): void => {
    if (!signal.aborted) socket.send(text)
  }
  const leave = (): void => {
    clearTimeout(timer)
    left.abort()
    talk?.release()
  }
  const close = (code: number, reason: string): void => {
    if (signal.aborted) return
    leave()
    socket.close(code, reason)
  }
  const refuse = async (response: Response): Promise<void> => {
    isRefused = true
    const { status, headers } = response
    const retryAfter = headers.get('retry-after')
    send(control('refused', { status, body: await response.text(), ...(retryAfter ? { retry_after: retryAfter } : {}) }))
    close(closeCodeOf(status), 'Refused')
  }
  const begin = (text: string): Response | undefined => {
    clearTimeout(timer)
    const opening = parseOpening(text)
    if ('problem' in opening) return errorResponse('bad_request', { message: opening.problem })
    const headers = mergeHeaders(handshake.headers, opening.value.headers ?? {}, mayAddHeaders)
    if ('problem' in headers) return errorResponse('bad_request', { message: headers.problem })
    talk = startTalk({ opening: opening.value, text, url: handshake.url, headers: headers.value, signal, handle, send, refuse, close })
    return undefined
  }
  /** The response that refuses a message, if it is refused. */
  const take = (text: unknown): Response | undefined => {
    if (typeof text !== 'string') return errorResponse('bad_request', { message: 'Messages are text' })
    if (text.length > maxMessageBytes) return errorResponse('too_large', { message: `The message is larger than ${maxMessageBytes} bytes` })
    if (!talk) return begin(text)
    const next = parseMessage(text)
    if ('problem' in next) return errorResponse('bad_request', { message: next.problem })
    talk.hear(next.value)
    return undefined
  }
  const refuseBy = (response: Response): void => {
    refuse(response).catch(() => close(1011, 'The server failed'))
  }
  const timer = setTimeout(() => refuseBy(errorResponse('request_timeout')), firstMessageTimeoutMs)
  socket.addEventListener('message', ({ data }) => {
    const refusal = isRefused || signal.aborted ? undefined : take(data)
    if (refusal) refuseBy(refusal)
  })
  socket.addEventListener('close', leave)
  socket.addEventListener('error', leave)
}

/** What the same refusal over HTTP says about trying again, as a close code. */
function closeCodeOf(status: number): number {
  if (status === 413) return 1009
  if (status === 500) return 1011
  return status === 408 || status === 425 || status === 429 || status > 500 ? 1013 : 4000 + status
}
