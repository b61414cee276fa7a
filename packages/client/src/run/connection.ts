import type { ConnectionPhase } from './state.ts'

/** What happens to a connection. */
export type ConnectionSignal = 'attempt' | 'response' | 'lost' | 'end'

/** Every phase crossed with every signal. A signal that cannot matter in a phase leaves it as it is. */
const transitions: Readonly<Record<ConnectionPhase, Readonly<Record<ConnectionSignal, ConnectionPhase>>>> = {
  idle: { attempt: 'connecting', response: 'idle', lost: 'idle', end: 'closed' },
  connecting: { attempt: 'connecting', response: 'open', lost: 'retrying', end: 'closed' },
  open: { attempt: 'open', response: 'open', lost: 'retrying', end: 'closed' },
  retrying: { attempt: 'connecting', response: 'retrying', lost: 'retrying', end: 'closed' },
  closed: { attempt: 'closed', response: 'closed', lost: 'closed', end: 'closed' },
}

export function nextPhase(phase: ConnectionPhase, signal: ConnectionSignal): ConnectionPhase {
  return transitions[phase][signal]
}
