/**
 * One socket, one run: messages go in, the same frames come out as over HTTP, one per message. Each request that the messages
 * stand for goes through the handler like any other, so nothing is allowed here that is not allowed there.
 */
import { message, ndjson, stageReader } from '@agentstream/client/wire'
import { errorResponse } from '../error-response.ts'
import { type Credit, createCredit } from './credit.ts'
import { parseMessage, parseOpening, type SocketOpening } from './messages.ts'
import { mergeHeaders, toRequest } from './to-request.ts'
import type { UpgradedSocket } from './upgrade.ts'

export interface ServeSocketOptions {
  readonly handshake: Request
  readonly handle: (request: Request) => Promise<Response>
  readonly mayAddHeaders: readonly string[]
  readonly maxMessageBytes: number
  readonly firstMessageTimeoutMs: number
}

/** A run that is on its way, or nothing but a receipt. */
interface Talk {
  readonly credit: Credit
  /** Stops the run and tells the client its receipt. */
  cancel(): Promise<void>
}

export function serveSocket(socket: UpgradedSocket, options: ServeSocketOptions): void {
  const { handshake, handle, maxMessageBytes, firstMessageTimeoutMs } = options
  const left = new AbortController()
  let talk: Talk | undefined

  const leave = (): void => {
    clearTimeout(timer)
    left.abort()
    talk?.credit.release()
  }
  const close = (code: number, reason: string): void => {
    leave()
    socket.close(code, reason)
  }
  const say = (name: string, content: object): void => {
    if (!left.signal.aborted) socket.send(message.encode({ event: name, data: JSON.stringify(content) }))
  }
  const refuse = async (response: Response): Promise<void> => {
    const body = await response.text()
    const retryAfter = response.headers.get('retry-after')
    say('refused', { status: response.status, body, ...(retryAfter ? { retry_after: retryAfter } : {}) })
    close(closeCodeOf(response.status), 'Refused')
  }
  const begin = (opening: SocketOpening, text: string): Talk | Response => {
    const merged = mergeHeaders(handshake.headers, opening.headers ?? {}, options.mayAddHeaders)
    if ('problem' in merged) return errorResponse('bad_request', { message: merged.problem })
    const request = toRequest(opening, { url: handshake.url, headers: merged.value, signal: left.signal, text })
    const credit = createCredit(opening.window)
    const answered = handle(request)
    let receipt: Promise<void> | undefined
    const cancel = async (runId: string | null): Promise<void> => {
      if (runId === null) return
      const stop = toRequest({ type: 'cancel', run_id: runId }, { url: handshake.url, headers: merged.value, signal: new AbortController().signal, text: '' })
      const response = await handle(stop)
      say('receipt', await response.json())
    }
    const run = async (): Promise<void> => {
      const response = await answered
      if (!response.ok) return refuse(response)
      if (opening.type === 'cancel') say('receipt', await response.json())
      else {
        say('run', { run_id: response.headers.get('agentstream-run-id') })
        await send(response, { socket, credit, signal: left.signal })
      }
      await receipt
      close(1000, '')
    }
    run().catch(() => close(1011, 'The stream broke off'))
    return {
      credit,
      cancel() {
        receipt ??= answered.then((response) => cancel(response.headers.get('agentstream-run-id')))
        return receipt
      },
    }
  }
  const take = async (text: string): Promise<Response | undefined> => {
    if (text.length > maxMessageBytes) return errorResponse('too_large', { message: `The message is larger than ${maxMessageBytes} bytes` })
    if (!talk) {
      const opening = parseOpening(text)
      if ('problem' in opening) return errorResponse('bad_request', { message: opening.problem })
      clearTimeout(timer)
      const begun = begin(opening.value, text)
      if (begun instanceof Response) return begun
      talk = begun
      return undefined
    }
    const next = parseMessage(text)
    if ('problem' in next) return errorResponse('bad_request', { message: next.problem })
    if (next.value.type === 'ack') talk.credit.acknowledge(next.value.received)
    else await talk.cancel()
    return undefined
  }
  const hear = async (data: unknown): Promise<void> => {
    if (left.signal.aborted) return
    const refusal = typeof data === 'string' ? await take(data) : errorResponse('bad_request', { message: 'Messages are text' })
    if (refusal) await refuse(refusal)
  }
  const timer = setTimeout(() => void refuse(errorResponse('request_timeout')).catch(leave), firstMessageTimeoutMs)
  socket.addEventListener('message', ({ data }) => {
    hear(data).catch(() => close(1011, 'The server failed'))
  })
  socket.addEventListener('close', leave)
  socket.addEventListener('error', leave)
}

/** What the same refusal over HTTP would say about trying again, as a close code. */
function closeCodeOf(status: number): number {
  if (status === 413) return 1009
  if (status === 500) return 1011
  return status === 408 || status === 425 || status === 429 || status > 500 ? 1013 : 4000 + status
}

interface Sending {
  readonly socket: UpgradedSocket
  readonly credit: Credit
  readonly signal: AbortSignal
}

/** A streamed response as messages. Nothing is read that may not be sent, so a client that does not read holds the run's view. */
async function send({ body }: Response, { socket, credit, signal }: Sending): Promise<void> {
  if (!body) return
  const frames = stageReader(body, ndjson.decoder({ eventBytes: Number.POSITIVE_INFINITY }))
  const post = (text: string): void => {
    socket.send(text)
    credit.spend(text.length)
  }
  try {
    for (let batch = await frames.read(); batch && !signal.aborted; batch = await frames.read()) {
      // A chunk without a frame is a sign of life.
      if (batch.length === 0 && !credit.isSpent()) post(message.heartbeat)
      for (const frame of batch) {
        await credit.available()
        if (signal.aborted) return
        post(message.encode(frame))
      }
    }
  } finally {
    frames.cancel()
  }
}
