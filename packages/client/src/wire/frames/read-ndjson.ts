import { pipe } from '../stage.ts'
import { takeFields } from './fields.ts'
import type { FramingReader } from './frame.ts'
import { records } from './records.ts'

/** NDJSON without what writes it. */
export const readNdjson: FramingReader = {
  name: 'ndjson',
  contentType: 'application/x-ndjson',
  decoder: (limits) =>
    pipe(records(limits), {
      push: (line) => (line === '' || line.trim() === '' ? [] : [takeFields(line)]),
      end: () => [],
    }),
}
