/**
 * The one error family. Wire faults throw one of these; what an agent did wrong is an `error` event; an abort is neither.
 * Nothing here ever holds a prompt, a token of the answer or a key, except `StreamInterruptedError.partialResponse`.
 * Members that a constructor sets are only declared, so that a page does not load their names twice.
 */

/** What kind of thing went wrong. Stable: safe to switch on. */
export type AgentStreamErrorCode = 'http' | 'protocol' | 'timeout' | 'interrupted' | 'limit' | 'agent' | 'provider' | 'tool' | 'workflow' | 'dawp_document'

/** Shared by every copy of this package in a process, so that errors of one copy are recognised by another. */
const marker: unique symbol = Symbol.for('agentstream.error')

export interface ErrorDetails {
  /** Whether the same request may succeed when sent again. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** Base of every error thrown by AgentStream. */
export class AgentStreamError extends Error {
  readonly [marker] = true
  declare readonly code: AgentStreamErrorCode
  declare readonly retryable: boolean

  constructor(code: AgentStreamErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details)
    this.name = new.target.name
    this.code = code
    this.retryable = details.retryable ?? false
  }
}

/** What a server calls its reason, in its body: our own, and most others, name it `code`. A word, so that nothing else of the body is told. */
const reason = /"code"\s*:\s*"([a-z_]{1,40})"/

/** The server answered with a status that is not a stream. `body` holds the first 4 kB of what it said. */
export class HttpError extends AgentStreamError {
  declare readonly status: number
  declare readonly url: string
  declare readonly body: string
  /** How long the server asked to wait, in milliseconds. */
  declare readonly retryAfterMs: number | undefined

  constructor(status: number, url: string, details: ErrorDetails & { body?: string; retryAfterMs?: number | undefined }) {
    const [, word] = reason.exec(details.body ?? '') ?? []
    super('http', `${url} answered ${status}${word ? `: ${word}` : ''}`, { retryable: isRetryableStatus(status), ...details })
    this.status = status
    this.url = url
    this.body = details.body ?? ''
    this.retryAfterMs = details.retryAfterMs
  }
}

/** Bytes arrived that are not what the protocol promises. `excerpt` is at most 200 characters of them. */
export class ProtocolError extends AgentStreamError {
  declare readonly excerpt: string
  declare readonly issues: readonly string[]

  constructor(message: string, details: ErrorDetails & { excerpt?: string; issues?: readonly string[] } = {}) {
    super('protocol', message, details)
    this.excerpt = (details.excerpt ?? '').slice(0, 200)
    this.issues = details.issues ?? []
  }
}

/** What was waited for too long: an answer, its first event, any sign of life, or the end of the whole run. */
export type TimeoutPhase = 'connect' | 'first_event' | 'idle' | 'total'

/** Nothing arrived for `timeoutMs` milliseconds in the named phase. */
export class StreamTimeoutError extends AgentStreamError {
  declare readonly phase: TimeoutPhase
  declare readonly timeoutMs: number

  constructor(phase: TimeoutPhase, timeoutMs: number) {
    super('timeout', `No answer within ${timeoutMs} ms (${phase.replace('_', ' ')} timeout)`, { retryable: true })
    this.phase = phase
    this.timeoutMs = timeoutMs
  }
}

/** The stream ended before the run did. The text that had arrived is in `partialResponse`. */
export class StreamInterruptedError extends AgentStreamError {
  partialResponse = ''
  declare readonly cursor: string | undefined

  constructor(message: string, details: ErrorDetails & { cursor?: string | undefined } = {}) {
    super('interrupted', message, { retryable: true, ...details })
    this.cursor = details.cursor
  }
}

/** Something was larger than the configured limit. */
export class LimitError extends AgentStreamError {
  declare readonly limit: number
  declare readonly unit: string

  constructor(what: string, limit: number, unit: string) {
    super('limit', `${what} is larger than the limit of ${limit} ${unit}`)
    this.limit = limit
    this.unit = unit
  }
}

/** True for errors of this family, also those made by another copy of this package. */
export function isAgentStreamError(error: unknown): error is AgentStreamError {
  return typeof error === 'object' && error !== null && marker in error
}

/** Any caught value as an error of this family: itself, or an interruption (retryable) that carries it as its cause. */
export function toAgentStreamError(error: unknown): AgentStreamError {
  return isAgentStreamError(error) ? error : new StreamInterruptedError('The connection was lost', { cause: error })
}

/** Statuses after which the same request may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500
}
