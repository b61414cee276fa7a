/** Frames to events, each held to the server's own numbering where it has one, and an eye on how the run ends. */
import { type AgentStreamError, ProtocolError, StreamInterruptedError } from '../errors.ts'
import { isRunOutcome, type RunOutcome, watchEnding } from '../wire/events/ending.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'
import type { Frame } from '../wire/frames/frame.ts'
import { isObject, parseJson } from '../wire/json.ts'
import type { Protocol } from '../wire/protocols/protocol.ts'
import { createContinuity } from './continuity.ts'
import type { RunState } from './state.ts'

/** How a stream ended. `error` is what broke it, if something did. */
export interface StreamEnding {
  readonly outcome: RunOutcome
  readonly integrity: RunState['integrity']
  readonly error?: AgentStreamError
}

export interface Receiver {
  /** Throws what makes the stream unusable. `at` goes to `onEvent` with every event. */
  take(frame: Frame, at: number): void
  /** True when nothing more is owed: a numbered stream's last frame was seen, or any other stream's terminal event. */
  isOver(): boolean
  cursor(): string | undefined
  /** The ending of a stream that was closed in order. */
  closed(at: number): StreamEnding
  /** The ending of a stream that broke. */
  broken(error: AgentStreamError): StreamEnding
}

export interface ReceiverOptions {
  readonly protocol: Protocol
  readonly onMalformed: 'fail' | 'skip'
  readonly onEvent: (event: AgentEvent, at: number) => void
}

export function createReceiver({ protocol, onMalformed, onEvent }: ReceiverOptions): Receiver {
  const decoder = protocol.decoder()
  const continuity = createContinuity()
  const ending = watchEnding()
  let told: RunOutcome | undefined
  let integrity: RunState['integrity'] = 'unverified'
  let events = 0

  const held = <T>(check: () => T): T => {
    try {
      return check()
    } catch (error) {
      integrity = 'broken'
      throw error
    }
  }
  const takeEnd = (frame: Frame): void => {
    const last = parseJson(frame.data)
    if (!isObject(last) || !isRunOutcome(last['outcome'])) throw new ProtocolError('The last frame does not tell the outcome', { excerpt: frame.data })
    if (last['digest'] !== undefined) {
      continuity.verify(last)
      integrity = 'verified'
    }
    told = last['outcome']
  }
  const decode = (frame: Frame): readonly AgentEvent[] => {
    try {
      return decoder.push(frame)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      if (onMalformed === 'skip') return []
      throw new ProtocolError(`Event ${events + 1}: ${error.message}`, error)
    }
  }
  const tell = (decoded: readonly AgentEvent[], at: number): void => {
    for (const event of decoded) {
      events++
      ending.see(event)
      onEvent(event, at)
    }
  }
  const isNumbered = (): boolean => continuity.cursor() !== undefined

  return {
    take(frame, at) {
      if (told) return
      if (frame.event === 'end') return held(() => takeEnd(frame))
      if (frame.id !== undefined && !held(() => continuity.accept(frame))) return
      tell(decode(frame), at)
    },
    isOver: () => told !== undefined || (ending.isOver() && !isNumbered()),
    cursor: () => continuity.cursor(),
    closed(at) {
      // Only here: what a protocol holds back until the end, its result perhaps, is not owed by a stream that broke.
      if (!told && !isNumbered()) tell(decoder.end(), at)
      const outcome = told ?? ending.outcome({ isNumbered: isNumbered() })
      if (outcome !== 'truncated' || told) return { outcome, integrity }
      return { outcome, integrity, error: new StreamInterruptedError('The stream ended before the run did', { cursor: continuity.cursor() }) }
    },
    broken(error) {
      // After its terminal event a run is over, however the connection ends.
      if (ending.isOver() && integrity !== 'broken') return { outcome: ending.outcome({ isNumbered: false }), integrity }
      return { outcome: error.code === 'interrupted' || error.code === 'timeout' ? 'truncated' : 'failed', integrity, error }
    },
  }
}
