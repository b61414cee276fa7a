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
  /** Frames come over another connection from here on. What was found wrong with the one before is forgotten. */
  reopen(): void
  /** False once an event was told that has no number: asking again could tell it twice. */
  canReopen(): boolean
  /** True while events are known to be missing or changed. */
  isBroken(): boolean
  /** True when nothing more is owed: a numbered stream's last frame was seen, or any other stream's terminal event. */
  isOver(): boolean
  cursor(): string | undefined
  /** How far apart the first event and the last so far happened, by the word of whoever wrote them; NaN where nobody says. */
  spanMs(): number
  /** The ending of a stream that was closed in order. */
  closed(at: number): StreamEnding
  /** The ending of a stream that broke. */
  broken(error: AgentStreamError): StreamEnding
}

export interface ReceiverOptions {
  readonly protocol: Protocol
  readonly onMalformed: 'fail' | 'skip'
  readonly onEvent: (event: AgentEvent, at: number) => void
  /** The cursor after which the run is watched; from its start when absent. */
  readonly after?: string | undefined
}

export function createReceiver({ protocol, onMalformed, onEvent, after }: ReceiverOptions): Receiver {
  const decoder = protocol.decoder()
  const continuity = createContinuity(after)
  const ending = watchEnding()
  let told: RunOutcome | undefined
  let integrity: RunState['integrity'] = 'unverified'
  let events = 0
  let hasUnnumbered = false
  let first: AgentEvent | undefined
  let last: AgentEvent | undefined
  /** A frame without a number in a numbered stream: true only if it turns out to be the last, of a run that could not be stored. */
  let aside: Frame | undefined

  const held = <T>(check: () => T): T => {
    try {
      return check()
    } catch (error) {
      integrity = 'broken'
      throw error
    }
  }
  const isNumbered = (): boolean => continuity.cursor() !== undefined
  const takeEnd = (frame: Frame, at: number): void => {
    const last = parseJson(frame.data)
    if (!isObject(last) || !isRunOutcome(last['outcome'])) throw new ProtocolError('The last frame does not tell the outcome', { excerpt: frame.data })
    // A server that knows where the run ended says so twice.
    if (last['digest'] !== undefined || last['cursor'] !== undefined) {
      if (continuity.verify(last) && !hasUnnumbered) integrity = 'verified'
    } else if (aside) tell(decode(aside), at)
    told = last['outcome']
  }
  const loseNumber = (): never => {
    integrity = 'broken'
    throw new StreamInterruptedError('An event lost its number', { cursor: continuity.cursor() })
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
      first ??= event
      last = event
      ending.see(event)
      onEvent(event, at)
    }
  }

  return {
    take(frame, at) {
      if (told) return
      if (frame.event === 'end') return held(() => takeEnd(frame, at))
      // Before the frame is accepted: what is accepted must be told.
      if (aside) loseNumber()
      const standing = frame.id === undefined ? 'unnumbered' : held(() => continuity.accept(frame))
      if (standing === 'unnumbered') {
        if (isNumbered()) {
          aside = frame
          return
        }
        hasUnnumbered = true
      }
      if (standing !== 'seen') tell(decode(frame), at)
    },
    reopen() {
      aside = undefined
      integrity = 'unverified'
    },
    canReopen: () => !hasUnnumbered,
    isBroken: () => integrity === 'broken',
    isOver: () => told !== undefined || (ending.isOver() && !isNumbered()),
    cursor: () => continuity.cursor(),
    // One host writes both in one form, so that their zone does not matter.
    spanMs: () => Date.parse(last?.timestamp ?? '') - Date.parse(first?.timestamp ?? ''),
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
