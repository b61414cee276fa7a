import { LimitError } from '../../errors.ts'
import type { Stage } from '../stage.ts'
import type { FramingLimits } from './frame.ts'

/** Bytes to text, whatever the cuts: never half a character. */
export function textOfBytes(): Stage<Uint8Array, string> {
  const utf8 = new TextDecoder()
  return { push: (bytes) => [utf8.decode(bytes, { stream: true })], end: () => [utf8.decode()] }
}

/** Text that waits for its rest. However many pieces it came in, it is joined once. */
export interface HeldText {
  /** Throws LimitError for more than the limit. */
  add(text: string): void
  /** All of it, and then nothing is held. */
  take(): string
  isEmpty(): boolean
}

/** `what` it is, for whoever is told that it is too long. */
export function holdText(what: string, { eventBytes }: FramingLimits): HeldText {
  let pieces: string[] = []
  let length = 0
  return {
    add(text) {
      if (text === '') return
      pieces.push(text)
      length += text.length
      if (length > eventBytes) throw new LimitError(what, eventBytes, 'bytes')
    },
    take() {
      const [only = ''] = pieces
      const whole = pieces.length < 2 ? only : pieces.join('')
      pieces = []
      length = 0
      return whole
    },
    isEmpty: () => length === 0,
  }
}
