import type { Ask, Call } from '../ask.ts'
import type { AgentEvent, EventType } from '../events/vocabulary.ts'
import type { Entry } from '../events/written-run.ts'
import type { Frame, Framing } from '../frames/frame.ts'
import type { Stage } from '../stage.ts'

/** Whose words a stream speaks: frames to events. All that a client needs; some protocols are never written here. */
export interface Protocol {
  readonly name: string
  /** The framings it travels in, the preferred one first; any when absent. Their content types may mean something else elsewhere. */
  readonly framings?: readonly [Framing, ...Framing[]]
  /** What a response must say of itself beside its content type, so that the protocol's own clients take it for theirs. */
  readonly headers?: Readonly<Record<string, string>>
  /** Its clients have no other way to stop a run than to leave: for a server, who leaves has stopped it. */
  readonly isStoppedByLeaving?: true
  /**
   * Throws ProtocolError for a frame that is not of this protocol. `end` is called only when the stream was closed in order:
   * a protocol without a terminal event gives the run's `result` there, and so says that such an end is all it has.
   */
  decoder(): Stage<Frame, AgentEvent>
  /** How a run is asked for where the protocol dictates it, the client's address being its endpoint; the routes of our own server when absent. */
  dialogue?(ask: Ask): Dialogue
  /** Where an agent tells about itself, seen from its endpoint, and that in the words of our own server, whose route it is when absent. */
  readonly about?: { readonly path: string; inOurWords(answer: unknown): unknown }
}

/** A protocol that is written, too: frames to events, and back. */
export interface TwoWayProtocol extends Protocol {
  encoder(): Stage<Entry, Frame>
}

/** A protocol that can tell its own streams from others. */
export interface RecognisableProtocol extends Protocol {
  /**
   * True for a frame that is of this protocol by its looks. A JSON text may be cut short: its open texts and brackets are closed,
   * and members may be missing behind the first few. Never throws.
   */
  recognises(frame: Frame): boolean
  /** True for the head of a response that says so by itself; when absent, one that has all of `headers`. */
  isAnnounced?(headers: Headers): boolean
}

/** The requests of one run, in the words of a protocol. */
export interface Dialogue {
  readonly start: Call
  /** Reads the answer to `start`, where the names that the server gives are needed later; the protocol's own decoder when absent. */
  decoder?(): Stage<Frame, AgentEvent>
  /** How the run is stopped on the server. Undefined while there is nothing to stop; absent where the protocol has no such request. */
  cancel?(): { readonly call: Call; outcomeOf(answer: unknown): CancelOutcome } | undefined
}

/** What became of a request to stop a run. */
export type CancelOutcome = 'cancelled' | 'already_finished' | 'unknown_run' | 'not_supported'

/** What becomes of an event that is written and read again: nothing happens to it, it is gone, or the sentence says what changes. */
export type Fate = 'kept' | 'lost' | (string & {})

/** What a protocol cannot carry, as data: the tests hold the protocol to it, and the guides print it. */
export interface LossTable {
  readonly protocol: string
  readonly events: Readonly<Partial<Record<EventType, Fate>>>
  /** The fate of every other event. */
  readonly others: Fate
}
