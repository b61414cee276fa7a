/**
 * A stream of one protocol as a stream of another: bytes go in, bytes come out. Between them is our vocabulary, so what either
 * protocol cannot carry is lost, as its table says; how the run ended is never lost, and never made better than it was.
 */
import { type AgentStreamError, StreamInterruptedError, toAgentStreamError } from '../../errors.ts'
import { formatCursor, parseCursor } from '../cursor.ts'
import { isRunOutcome, type RunOutcome, watchEnding } from '../events/ending.ts'
import type { AgentEvent } from '../events/vocabulary.ts'
import type { Frame, Framing, FramingLimits } from '../frames/frame.ts'
import { sse } from '../frames/sse.ts'
import { objectIn } from '../json.ts'
import type { Protocol, TwoWayProtocol } from '../protocols/protocol.ts'
import { randomId } from '../random-id.ts'
import type { Stage } from '../stage.ts'

/** From whose words into whose, and how they are cut. */
export interface TranscodeOptions {
  readonly from: Protocol
  readonly to: TwoWayProtocol
  /** How the bytes are cut; the protocol's preferred framing when absent, or server-sent events. */
  readonly fromFraming?: Framing
  /** How they are cut again; likewise. */
  readonly toFraming?: Framing
  readonly limits?: FramingLimits
  /** What the run is called where the target needs a name and the source has none; random when absent. Letters and digits. */
  readonly runName?: string
}

/** Bytes of one protocol in, bytes of another out, as they come. */
export interface Transcoder extends Stage<Uint8Array, Uint8Array> {
  /** Of the bytes that come out. */
  readonly framing: Framing
  /**
   * The source broke instead of ending: gives the target's words for that. Throws, as `end` does, a StreamInterruptedError where
   * the target's framing has no room for the end of this run: only a stream that breaks off says it then.
   */
  broken(error: unknown): readonly Uint8Array[]
}

/**
 * Never throws for what the source says: what makes no sense ends the run with an error in the target's words. Frames carry no
 * ids: there is nobody behind them who could take the stream up again.
 */
export function transcode(options: TranscodeOptions): Transcoder {
  const { from, to, limits, runName = randomId(8) } = options
  const framing = options.toFraming ?? to.framings?.[0] ?? sse
  const cutter = (options.fromFraming ?? from.framings?.[0] ?? sse).decoder(limits)
  const decoder = from.decoder()
  const encoder = to.encoder()
  const ending = watchEnding()
  const utf8 = new TextEncoder()
  let seq = 0
  let isNumbered = false
  let told: RunOutcome | undefined
  let isOver = false
  let isUntold = false

  const write = (frames: readonly Frame[]): readonly Uint8Array[] => {
    const text = frames.map(({ id: _, ...frame }) => {
      const written = framing.encode(frame)
      isUntold ||= written === '' && frame.event !== undefined
      return written
    })
    const bytes = utf8.encode(text.join(''))
    return bytes.length > 0 ? [bytes] : []
  }
  const encode = (event: AgentEvent): readonly Frame[] => {
    ending.see(event)
    return encoder.push({ id: formatCursor({ epoch: runName, seq: ++seq }), event })
  }
  const read = (frame: Frame): readonly AgentEvent[] => {
    isNumbered ||= frame.id !== undefined && parseCursor(frame.id) !== undefined
    const outcome = frame.event === 'end' ? objectIn(frame.data)?.['outcome'] : undefined
    if (!isRunOutcome(outcome)) return decoder.push(frame)
    told = outcome
    return []
  }
  const finish = (outcome: RunOutcome, error?: AgentStreamError): readonly Frame[] => {
    isOver = true
    const shown = ending.outcome({ isAgentDone: outcome === 'completed' })
    // Some targets have a quiet word for a stream that was cut, which their own clients take for an end like any other.
    const isSaid = ending.isOver() || (outcome === shown && outcome !== 'truncated')
    const event = isSaid ? undefined : lastWord(outcome, error)
    return [...(event ? encode(event) : []), ...encoder.end()]
  }
  const fail = (error: unknown): readonly Frame[] => {
    const known = toAgentStreamError(error)
    return finish(ending.isOver() ? ending.outcome({}) : known.code === 'interrupted' ? 'truncated' : 'failed', known)
  }
  const close = (): readonly Frame[] => {
    const out = cutter.end().flatMap((frame) => read(frame).flatMap(encode))
    // What a numbered stream owes is its last frame, and not what its protocol would make of a clean end.
    if (told === undefined && !isNumbered) for (const event of decoder.end()) out.push(...encode(event))
    return [...out, ...finish(told ?? ending.outcome({ isNumbered }))]
  }
  const last = (frames: readonly Frame[]): readonly Uint8Array[] => {
    const bytes = write(frames)
    if (isUntold) throw new StreamInterruptedError(`${framing.name} has no room for the end of this run`)
    return bytes
  }
  return {
    framing,
    push(bytes) {
      if (isOver) return []
      const out: Frame[] = []
      try {
        for (const frame of cutter.push(bytes)) for (const event of read(frame)) out.push(...encode(event))
      } catch (error) {
        out.push(...fail(error))
      }
      return write(out)
    },
    end() {
      if (isOver) return last([])
      try {
        return last(close())
      } catch (error) {
        if (isOver) throw error
        return last(fail(error))
      }
    },
    broken: (error) => last(isOver ? [] : fail(error)),
  }
}

/** The event that says how the run ended, where none of its own did. */
function lastWord(outcome: RunOutcome, error: AgentStreamError | undefined): AgentEvent | undefined {
  if (outcome === 'completed') return undefined
  if (outcome === 'cancelled') return { type: 'cancelled' }
  if (outcome === 'truncated') return { type: 'error', error: 'The run broke off before its end', code: 'interrupted', retryable: true }
  return { type: 'error', error: error?.message ?? 'The agent reported that it did not succeed', code: error?.code ?? 'agent' }
}
