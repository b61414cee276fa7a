import { type AgentEvent, type AgentStreamErrorCode, isAgentStreamError } from '@agentstream/client/wire'
import type { CancelCause } from './cancellation.ts'

// The messages of these are written for clients. Others may quote a URL with a key in it, or what a peer sent.
const speakable: readonly AgentStreamErrorCode[] = ['provider', 'tool', 'workflow', 'dawp_document', 'limit', 'timeout', 'agent']

/** What a thrown error becomes for those who watch the run. Never its stack, its cause, or words that are not ours. */
export function errorEvent(error: unknown, timestamp: string): AgentEvent {
  if (!isAgentStreamError(error)) return { type: 'error', error: 'The agent failed', code: 'agent', retryable: false, timestamp }
  const { code, retryable } = error
  const message = speakable.includes(code) ? error.message : 'The agent lost a connection it needs'
  const wait = 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? { retry_after_ms: error.retryAfterMs } : {}
  return { type: 'error', error: message, code, retryable, ...wait, timestamp }
}

export function cancelledEvent(cause: CancelCause, timestamp: string): AgentEvent {
  return { type: 'cancelled', ...cause, timestamp }
}

/** Told to live viewers when the journal could not take the run's last word; it has no cursor, because it is stored nowhere. */
export function lostEvent(timestamp: string): AgentEvent {
  return { type: 'error', error: 'The run could not be stored and cannot be resumed', code: 'journal', retryable: false, timestamp }
}
