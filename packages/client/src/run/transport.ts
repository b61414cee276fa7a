import type { Frame, Framing, FramingLimits } from '../wire/frames/frame.ts'
import type { StageReader } from '../wire/stage.ts'

/** Longest single event and longest whole stream that are accepted, in bytes. */
export interface StreamLimits extends FramingLimits {
  readonly runBytes: number
}

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  /** Asked again for every attempt, so that tokens can rotate. */
  readonly headers: () => Promise<Headers>
  readonly body?: unknown
  readonly limits: StreamLimits
  /** The framings that may be read, and what their content types mean here; our own when absent. */
  readonly framings?: readonly [Framing, ...Framing[]]
}

/** What carries frames. Framing is the transport's business; what frames mean is not. */
export interface Transport {
  /**
   * Resolves when the server has answered with a stream. Throws HttpError, ProtocolError, or whatever the network throws;
   * an aborted signal stops the request, and the source when it is open.
   */
  open(request: TransportRequest, signal: AbortSignal): Promise<StageReader<Frame>>
  /** One small request and its JSON answer. */
  call(request: TransportRequest, signal?: AbortSignal): Promise<unknown>
}
