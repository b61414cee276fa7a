import type { Frame } from '../../frames/frame.ts'
import { objectIn } from '../../json.ts'
import { dataPrefix, isKnown, parseChunk } from './schema.ts'

/** True for chunks that have the texts they must have, and for data parts. */
export function isUiMessageStream({ data }: Frame): boolean {
  const type = objectIn(data)?.['type']
  if (typeof type !== 'string') return false
  if (type.startsWith(dataPrefix)) return true
  if (!isKnown({ type })) return false
  try {
    parseChunk(data)
    return true
  } catch {
    return false // The same word in another protocol.
  }
}
