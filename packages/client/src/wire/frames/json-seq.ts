import { jsonTextFrames } from './concatenated.ts'
import { withFields } from './fields.ts'
import type { Framing } from './frame.ts'

/**
 * JSON text sequences (RFC 7464): a record separator before every text, a line end after it. A text that breaks off costs no
 * other, because the next separator begins anew; separators with nothing between them keep the connection alive (section 2.1).
 */
export const jsonSeq: Framing = {
  name: 'json-seq',
  contentType: 'application/json-seq',
  heartbeat: '\x1e',
  encode: (frame) => `\x1e${withFields(frame)}\n`,
  decoder: jsonTextFrames,
}
