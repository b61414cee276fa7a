import { message } from '@agentstream/client/wire'
import { createCredit } from './credit.ts'
import type { SocketMessage, SocketOpening } from './messages.ts'
import { sendFrames } from './send-frames.ts'
import { toRequest } from './to-request.ts'

/** What one socket is for: a run, or the stopping of one. */
export interface Talk {
  /** A later message of the client. */
  hear(message: SocketMessage): void
  /** Nobody listens any more. */
  release(): void
}

export interface TalkOptions {
  readonly opening: SocketOpening
  /** The message as it came. */
  readonly text: string
  /** The address of the handshake. */
  readonly url: string
  readonly headers: Headers
  /** Aborts when the client has left. */
  readonly signal: AbortSignal
  readonly handle: (request: Request) => Promise<Response>
  readonly send: (text: string) => void
  readonly refuse: (response: Response) => Promise<void>
  readonly close: (code: number, reason: string) => void
}

export function startTalk({ opening, text, url, headers, signal, handle, send, refuse, close }: TalkOptions): Talk {
  const credit = createCredit(opening.window)
  const answered = handle(toRequest(opening, { url, headers, signal, text }))
  let receipt: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    const runId = (await answered).headers.get('agentstream-run-id')
    if (runId === null) return
    // Without the socket's signal: who asks and leaves at once has asked.
    const response = await handle(toRequest({ type: 'cancel', run_id: runId }, { url, headers, text: '', signal: new AbortController().signal }))
    send(control('receipt', await response.json()))
  }
  const answer = async (): Promise<void> => {
    const response = await answered
    if (!response.ok) return refuse(response)
    if (opening.type === 'cancel') send(control('receipt', await response.json()))
    else {
      send(control('run', { run_id: response.headers.get('agentstream-run-id') }))
      if (response.body) await sendFrames({ body: response.body, credit, signal, send })
      // The last frame can overtake the receipt that somebody waits for.
      await receipt
    }
    close(1000, '')
  }
  const breakOff = (): void => close(1011, 'The stream broke off')
  answer().catch(breakOff)
  return {
    hear(next) {
      if (next.type === 'ack') return credit.acknowledge(next.received)
      if (receipt) return
      receipt = stop()
      receipt.catch(breakOff)
    },
    release: credit.release,
  }
}

/** A message that is about the socket and not of the run. */
export function control(name: 'run' | 'receipt' | 'refused', content: unknown): string {
  return message.encode({ event: name, data: JSON.stringify(content) })
}
