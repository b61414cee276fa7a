import type { Stage } from '../stage.ts'

/** The unit of transport: one JSON text (or plain text), and what the framing says beside it. */
export interface Frame {
  readonly data: string
  /** The name of the frame. `end` is our control frame with the outcome of the run; it is not an event. */
  readonly event?: string | undefined
  /** Where this frame stands in the stream, for resuming. */
  readonly id?: string | undefined
  /** How long the server wants clients to wait before they come back, said with this frame. */
  readonly retryMs?: number
  /** The protocol that a framing recognised, said with the first frame of a stream. Never on the wire. */
  readonly recognised?: string
}

/** What a decoder takes before it throws a LimitError. */
export interface FramingLimits {
  /** Longest single frame, in bytes. A frame of n bytes never fails under n: what is not counted as it arrives counts UTF-16 units. */
  readonly eventBytes: number
}

/** How frames are cut from bytes: all that a client needs. */
export interface FramingReader {
  readonly name: string
  readonly contentType: string
  /** Bytes to frames, whatever the chunking. Throws LimitError for a frame over the limit. */
  decoder(limits?: FramingLimits): Stage<Uint8Array, Frame>
}

/** How frames are cut from bytes, and put into them. */
export interface Framing extends FramingReader {
  encode(frame: Frame): string
  /** Bytes that keep a connection alive and mean nothing. */
  readonly heartbeat: string
}

export const defaultFramingLimits: FramingLimits = { eventBytes: 16 * 1024 * 1024 }
