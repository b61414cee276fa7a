/** What a viewer is sent: batches of entries go in, frames come out, and after the last batch how the run ended. */
import { type AgentEvent, type Entry, type Frame, type Framing, parseCursor, type Stage } from '@agentstream/client/wire'
import type { JournalEntry } from '../runs/journal.ts'
import type { RunEnd } from '../runs/live-run.ts'

/** Another's words, for a viewer that has seen everything up to a cursor. */
export interface Encoding {
  readonly encoder: Stage<Entry, Frame>
  readonly after?: string | undefined
}

/** Said as frames, or as the text that a framing makes of them. */
export interface Told<Out> {
  push(batch: readonly JournalEntry[]): Out
  /** Undefined for a run that is not known to be over. */
  end(end: RunEnd | undefined): Out
  /** True when something was to be told that the framing has no room for: only a stream that breaks off says it then. */
  isUntold(): boolean
}

/** Our own words, which the journal keeps ready to send. The last frame is named `end`; before it, what only those who watch can be told. */
export function storedTexts(framing: Framing): Told<string> {
  return {
    push(batch) {
      let text = ''
      for (const { id, data } of batch) text += framing.encode({ id, data })
      return text
    },
    end(end) {
      if (!end) return ''
      const { lost, ...ending } = end
      const control = framing.encode({ event: 'end', data: JSON.stringify(ending) })
      return lost ? framing.encode({ data: JSON.stringify(lost) }) + control : control
    },
    isUntold: () => false,
  }
}

/** The text of `encodedFrames`. */
export function encodedTexts(encoding: Encoding, framing: Framing): Told<string> {
  const { push, end, isUntold } = encodedFrames(encoding, framing)
  const textOf = (frames: readonly Frame[]): string => frames.map(framing.encode).join('')
  return { push: (batch) => textOf(push(batch)), end: (how) => textOf(end(how)), isUntold }
}

/**
 * Replay-and-drop: an encoder that remembers must see the run from its start, the viewer only what it does not have. There is
 * no frame of ours at the end: a run that was cut, or could not be stored, says so as an error in the protocol's own words.
 */
export function encodedFrames({ encoder, after }: Encoding, framing: Framing): Told<readonly Frame[]> {
  const seen = after === undefined ? 0 : (parseCursor(after)?.seq ?? 0)
  let isUntold = false
  const told = (frames: readonly Frame[]): readonly Frame[] => {
    isUntold ||= frames.some((frame) => frame.event !== undefined && framing.encode(frame) === '')
    return frames
  }
  return {
    push: (batch) =>
      batch.flatMap((entry) => {
        const frames = encoder.push(entry)
        return (parseCursor(entry.id)?.seq ?? 0) > seen ? told(frames) : []
      }),
    end(end) {
      const event = end?.lost ?? (end && end.outcome !== 'truncated' ? undefined : cut)
      // It is stored nowhere, so there is nothing to continue after.
      const last = event ? encoder.push({ id: '', event }).map(({ id: _, ...frame }) => frame) : []
      return told([...last, ...encoder.end()])
    },
    isUntold: () => isUntold,
  }
}

const cut: AgentEvent = { type: 'error', error: 'The run broke off before its end', code: 'interrupted', retryable: true }
