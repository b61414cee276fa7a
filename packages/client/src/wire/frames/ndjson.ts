import { pipe } from '../stage.ts'
import { takeFields, withFields } from './fields.ts'
import type { Framing } from './frame.ts'
import { records } from './records.ts'

/** One JSON text per line. Blank lines keep the connection alive. */
export const ndjson: Framing = {
  name: 'ndjson',
  contentType: 'application/x-ndjson',
  heartbeat: '\n',
  encode: (frame) => `${withFields(frame)}\n`,
  decoder: (limits) =>
    pipe(records(limits), {
      push: (line) => (line === '' || line.trim() === '' ? [] : [takeFields(line)]),
      end: () => [],
    }),
}
