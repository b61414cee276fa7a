import type { AgentEvent } from '../events/vocabulary.ts'
import type { Frame } from '../frames/frame.ts'
import type { Stage } from '../stage.ts'

/** An event with its place in the journal. */
export interface Entry {
  readonly id: string
  readonly event: AgentEvent
}

/** Whose words a stream speaks: frames to events, and back. */
export interface Protocol {
  readonly name: string
  /** Throws ProtocolError for a frame that is not of this protocol. */
  decoder(): Stage<Frame, AgentEvent>
  encoder(): Stage<Entry, Frame>
}
