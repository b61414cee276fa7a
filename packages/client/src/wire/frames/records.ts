import { LimitError } from '../../errors.ts'
import type { Stage } from '../stage.ts'
import { defaultFramingLimits, type FramingLimits } from './frame.ts'

const lineFeed = 10

/**
 * Bytes to text records ended by LF. UTF-8 sequences may be cut anywhere; a byte order mark is dropped; what follows
 * the last LF is one more record at the end. Linear: a record that spans many chunks is joined once.
 */
export function records({ eventBytes }: FramingLimits = defaultFramingLimits): Stage<Uint8Array, string> {
  const utf8 = new TextDecoder()
  let held: string[] = []
  let heldBytes = 0

  const cut = (text: string, bytes: Uint8Array): string[] => {
    const lines = text.split('\n')
    const rest = lines.pop() ?? ''
    if (lines.length > 0) {
      lines[0] = held.join('') + lines[0]
      held = []
      heldBytes = 0
    }
    held.push(rest)
    heldBytes += bytes.length - 1 - bytes.lastIndexOf(lineFeed)
    if (heldBytes > eventBytes || lines.some((line) => line.length > eventBytes)) throw new LimitError('A record', eventBytes, 'bytes')
    return lines
  }
  return {
    push: (bytes) => cut(utf8.decode(bytes, { stream: true }), bytes),
    end() {
      const rest = held.join('') + utf8.decode()
      return rest === '' ? [] : [rest]
    },
  }
}
