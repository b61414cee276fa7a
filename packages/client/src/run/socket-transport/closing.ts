import { type AgentStreamError, HttpError, ProtocolError, StreamInterruptedError } from '../../errors.ts'

/** Closes that say the same thing however often it is tried: what was sent is wrong, or not allowed. */
const refusals = new Set([1002, 1003, 1007, 1008, 1009, 1010])

/**
 * What a close code says went wrong; undefined for a socket that was closed in order. Our servers close with 4000 + status
 * where HTTP would have answered that status.
 */
export function closingError(url: string, { code, reason }: { readonly code: number; readonly reason: string }): AgentStreamError | undefined {
  if (code === 1000 || code === 1005) return undefined
  if (code >= 4400 && code <= 4499) return new HttpError(code - 4000, url, { body: reason, retryable: false })
  if (refusals.has(code)) return new ProtocolError(`The server closed the socket with code ${code}`, { excerpt: reason })
  return new StreamInterruptedError(`The socket was closed with code ${code}`)
}
