import type { Frame, FramingLimits, FramingReader } from '../wire/frames/frame.ts'
import type { StageReader } from '../wire/stage.ts'

/** Longest single event and longest whole stream that are accepted, in bytes. */
export interface StreamLimits extends FramingLimits {
  readonly runBytes: number
}

/** What a transport is asked to open: one stream, or the answer to one small request. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  /** Asked again for every attempt, so that tokens can rotate. */
  readonly headers: () => Promise<Headers>
  readonly body?: unknown
  readonly limits: StreamLimits
  /** The framings that may be read, and what their content types mean here; our own when absent. */
  readonly framings?: readonly FramingReader[] | undefined
  /** What came up to this cursor is not asked for; the headers say it to the server. */
  readonly after?: string | undefined
  /** Where the bytes of all attempts of one run are counted, so that `limits.runBytes` holds for the run. */
  readonly tally?: { bytes: number }
}

/** Frames as they arrive, and what the server said before the first. */
export interface FrameSource extends StageReader<Frame> {
  /** True when the server keeps the run under the id it was given: asking again starts no second one. */
  readonly isKept?: boolean
}

/** What carries frames. Framing is the transport's business; what frames mean is not. */
export interface Transport {
  /**
   * Resolves when the server has answered with a stream. Throws HttpError, ProtocolError, or whatever the network throws;
   * an aborted signal stops the request, and the source when it is open.
   */
  open(request: TransportRequest, signal: AbortSignal): Promise<FrameSource>
  /** One small request and its JSON answer. */
  call(request: TransportRequest, signal?: AbortSignal): Promise<unknown>
}
