import { LimitError } from '../../errors.ts'
import type { Stage } from '../stage.ts'
import { defaultFramingLimits, type FramingLimits } from './frame.ts'

/**
 * Bytes to text records ended by LF. UTF-8 sequences may be cut anywhere; a byte order mark is dropped; what follows
 * the last LF is one more record at the end. Linear: a record that spans many chunks is joined once.
 */
export function records(limits: FramingLimits = defaultFramingLimits): Stage<Uint8Array, string> {
  const utf8 = new TextDecoder()
  let held: string[] = []
  let heldLength = 0

  const check = (length: number): void => {
    if (length > limits.eventBytes) throw new LimitError('A record', limits.eventBytes, 'bytes')
  }
  const hold = (text: string): void => {
    if (text === '') return
    held.push(text)
    heldLength += text.length
    check(heldLength)
  }
  const release = (last: string): string => {
    const record = held.length === 0 ? last : held.join('') + last
    held = []
    heldLength = 0
    check(record.length)
    return record
  }
  const cut = (text: string): string[] => {
    const out: string[] = []
    let start = 0
    for (let lf = text.indexOf('\n'); lf !== -1; lf = text.indexOf('\n', start)) {
      out.push(release(text.slice(start, lf)))
      start = lf + 1
    }
    hold(text.slice(start))
    return out
  }
  return {
    push: (bytes) => cut(utf8.decode(bytes, { stream: true })),
    end() {
      const out = cut(utf8.decode())
      if (heldLength > 0) out.push(release(''))
      return out
    },
  }
}
