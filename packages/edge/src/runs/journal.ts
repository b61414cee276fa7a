import { type AgentEvent, type Entry, parseEvent, parseJson, type RunOutcome } from '@agentstream/client/wire'

/** An event as it was stored: with its cursor, and with the JSON text that viewers get and the digest covers. */
export interface JournalEntry extends Entry {
  readonly data: string
}

/** How far a run is. */
export interface JournalStatus {
  readonly status: 'unknown' | 'running' | RunOutcome
  /** The id of the last entry. */
  readonly cursor?: string
  /** Rolling digest over the entries so far (see `digest.ts` of the client's wire room). */
  readonly digest?: string
  /** Nobody works on it any more: its producer was not heard of for longer than a lease lasts. */
  readonly isAbandoned?: true
}

/**
 * Where runs are kept: entries in order, each with its cursor `<epoch>-<seq>`, dense from 1. Every implementation passes
 * `journalContract`.
 */
export interface Journal {
  /** Whether entries outlive the process that wrote them. */
  readonly durable: boolean
  /**
   * Claims a run id. `producer` exactly once per id; every later caller is a `reader`. Throws LimitError when no further
   * run fits. The id is opaque here: the server may have written the run's owner into it. `request` is kept for whoever takes
   * the run up again, and read by nobody else.
   */
  open(runId: string, request?: string): Promise<'producer' | 'reader'>
  /**
   * Stores events in their order, one at least, and answers the cursor of the last. Throws LimitError when the run is over
   * the journal's limit; one terminal event still fits, so that a run over its limit can say so. Throws too at an event that
   * JSON cannot carry. Either way the events before that one are stored, it and those after it are not, and the sequence has
   * no hole. Throws for anyone but the run's producer. `texts` are those of the events, where whoever asks has made them already:
   * a journal need not make them again.
   */
  append(runId: string, events: readonly AgentEvent[], texts?: readonly string[]): Promise<string>
  /** Ends the run. Readers get what is left, then end. Only the first outcome counts. */
  close(runId: string, outcome: RunOutcome): Promise<void>
  /**
   * Entries after a cursor (from the start when undefined), then live ones until the run is closed or abandoned or the signal
   * aborts, in batches of what is there. Throws for a run it does not have and a cursor that it did not hand out.
   */
  read(runId: string, after: string | undefined, signal: AbortSignal): AsyncIterable<readonly JournalEntry[]>
  status(runId: string): Promise<JournalStatus>
  /** What processes need that share the journal. Without it every run belongs to the process that opened it. */
  readonly shared?: SharedRuns
}

/**
 * A producer holds its run by a lease. While it renews it, nobody else may write; when it stops, the run is abandoned, and one
 * other may take it up. The former producer is then locked out, should it only have been slow: its `append` and `close` throw.
 */
export interface SharedRuns {
  /** How long a producer that is not heard of keeps its run. */
  readonly leaseMs: number
  /** Says that the producer lives. Throws an AgentStreamError when the run is no longer its own; anything else may pass. */
  renew(runId: string): Promise<void>
  /** Lets go of a run, which is abandoned then: another can take it up at once. */
  release(runId: string): Promise<void>
  /** Makes the caller the producer of an abandoned run. Undefined when there is nothing to take up, or another was quicker. */
  takeUp(runId: string): Promise<TakenRun | undefined>
  /** Leaves a message for the producer, wherever it is. False when the run is not under way. */
  send(runId: string, message: string): Promise<boolean>
  /** All messages since the run was opened, in order, as they come, until the run is closed or the signal aborts. */
  messages(runId: string, signal: AbortSignal): AsyncIterable<string>
}

/** A run whose process died, now of whoever asked for it. */
export interface TakenRun {
  /** What the run was opened with. */
  readonly request?: string
}

/** Shares its accessor with all entries: one of its own costs every entry more than all the rest of its way. */
class StoredEntry implements JournalEntry {
  readonly id: string
  readonly data: string
  constructor(id: string, data: string) {
    this.id = id
    this.data = data
  }
  get event(): AgentEvent {
    return parseEvent(parseJson(this.data))
  }
}

/** Tells two incarnations of one run id apart. It travels with every event, so it has no more than the 48 random bits needed. */
export function newEpoch(): string {
  return crypto.randomUUID().replaceAll('-', '').slice(0, 12)
}

/** An entry as storage gives it back. Most readers only pass its text on, so it is parsed for those who ask. */
export function storedEntry(id: string, data: string): JournalEntry {
  return new StoredEntry(id, data)
}
