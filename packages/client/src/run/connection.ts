import type { ConnectionPhase } from './state.ts'

/** What happens to a connection. */
export type ConnectionSignal = 'attempt' | 'response' | 'lost' | 'end'

/** The phase after a signal. One that cannot matter in a phase leaves it as it is. */
export function nextPhase(phase: ConnectionPhase, signal: ConnectionSignal): ConnectionPhase {
  if (phase === 'closed' || signal === 'end') return 'closed'
  if (signal === 'attempt') return phase === 'open' ? phase : 'connecting'
  if (phase === 'idle' || phase === 'retrying') return phase
  return signal === 'response' ? 'open' : 'retrying'
}
