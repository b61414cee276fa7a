import { withFields } from './fields.ts'
import type { Framing } from './frame.ts'
import { readNdjson } from './read-ndjson.ts'

/** One JSON text per line. Blank lines keep the connection alive. */
export const ndjson: Framing = {
  ...readNdjson,
  heartbeat: '\n',
  encode: (frame) => `${withFields(frame)}\n`,
}
