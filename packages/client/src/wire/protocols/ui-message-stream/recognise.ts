import type { Frame } from '../../frames/frame.ts'
import { isTyped, objectIn } from '../../json.ts'
import { dataPrefix } from './chunk.ts'
import { createReadings } from './decode.ts'

/** True for chunks that have the texts they must have, and for data parts. */
export function isUiMessageStream({ data }: Frame): boolean {
  const chunk = objectIn(data)
  if (!isTyped(chunk)) return false
  const read = createReadings().byType.get(chunk.type)
  try {
    return read ? Boolean(read(chunk)) : chunk.type.startsWith(dataPrefix)
  } catch {
    return false // The same word in another protocol.
  }
}
