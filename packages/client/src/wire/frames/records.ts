import { LimitError } from '../../errors.ts'
import type { Stage } from '../stage.ts'
import { defaultFramingLimits, type FramingLimits } from './frame.ts'

/**
 * Bytes to text records ended by LF. UTF-8 sequences may be cut anywhere; a byte order mark is dropped; what follows
 * the last LF is one more record at the end. Linear: a record that spans many chunks is joined once.
 */
export function records({ eventBytes }: FramingLimits = defaultFramingLimits): Stage<Uint8Array, string> {
  const utf8 = new TextDecoder()
  let held: string[] = []
  let heldLength = 0

  const cut = (text: string): string[] => {
    const lines = text.split('\n')
    const rest = lines.pop() ?? ''
    if (lines.length > 0) {
      lines[0] = held.join('') + lines[0]
      held = []
      heldLength = 0
    }
    held.push(rest)
    heldLength += rest.length
    if (heldLength > eventBytes || lines.some((line) => line.length > eventBytes)) throw new LimitError('A record', eventBytes, 'bytes')
    return lines
  }
  return {
    push: (bytes) => cut(utf8.decode(bytes, { stream: true })),
    end() {
      const lines = cut(utf8.decode())
      return heldLength > 0 ? [...lines, held.join('')] : lines
    },
  }
}
