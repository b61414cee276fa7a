import type { Frame } from '../../frames/frame.ts'
import { objectIn, parsePythonJson } from '../../json.ts'
import { looksLikeChunk } from './chunk.ts'

/**
 * True for chunks, for errors, and for bare text. Text that begins with a brace is not: taken for an answer, any JSON of a
 * protocol nobody knows would be one.
 */
export function isAgenticraft({ data, event }: Frame): boolean {
  const value = objectIn(data, parsePythonJson)
  if (value) return looksLikeChunk(value) || (event === 'error' && typeof (value['error'] ?? value['message']) === 'string')
  return data !== '' && data !== '[DONE]' && !data.trimStart().startsWith('{') && (event === undefined || event === 'error')
}
