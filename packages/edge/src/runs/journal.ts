import type { AgentEvent, Entry } from '@agentstream/client/wire'

export type RunOutcome = 'completed' | 'failed' | 'cancelled' | 'truncated'

export interface JournalStatus {
  readonly status: 'unknown' | 'running' | RunOutcome
  /** The id of the last entry. */
  readonly cursor?: string
  /** Rolling digest over the entries so far (see `digest.ts` of the client's wire room). */
  readonly digest?: string
}

/**
 * Where runs are kept: entries in order, each with its cursor `<epoch>-<seq>`, dense from 1. Every implementation passes
 * `journalContract`.
 */
export interface Journal {
  /** Whether entries outlive the process that wrote them. */
  readonly durable: boolean
  /** Claims a run id. `producer` exactly once per id; every later caller is a `reader`. */
  open(runId: string): Promise<'producer' | 'reader'>
  /** Stores one event and answers its cursor. Throws LimitError when the run is over the journal's limit. */
  append(runId: string, event: AgentEvent): Promise<string>
  /** Ends the run. Readers get what is left, then end. */
  close(runId: string, outcome: RunOutcome): Promise<void>
  /** Entries after a cursor (from the start when undefined), then live ones until the run is closed or the signal aborts. */
  read(runId: string, after: string | undefined, signal: AbortSignal): AsyncIterable<Entry>
  status(runId: string): Promise<JournalStatus>
}
