import { takeFields } from './fields.ts'
import type { Frame, FramingReader } from './frame.ts'
import { records } from './records.ts'

/** NDJSON without what writes it. */
export const readNdjson: FramingReader = {
  name: 'ndjson',
  contentType: 'application/x-ndjson',
  decoder(limits) {
    const lines = records(limits)
    const framesIn = (texts: readonly string[]): Frame[] => texts.filter((text) => text.trim() !== '').map(takeFields)
    return { push: (bytes) => framesIn(lines.push(bytes)), end: () => framesIn(lines.end()) }
  },
}
