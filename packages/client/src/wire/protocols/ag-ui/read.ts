import { jsonSeq } from '../../frames/json-seq.ts'
import { message } from '../../frames/message.ts'
import { ndjson } from '../../frames/ndjson.ts'
import { sse } from '../../frames/sse.ts'
import type { Protocol } from '../protocol.ts'
import { type AgUiReading, agUiDecoder } from './decode.ts'
import { agUiDialogue } from './dialogue.ts'

/** AG-UI without what writes it, so that a page that only reads loads nothing more. */
export const readAgUi = (reading: AgUiReading = {}): Protocol => ({
  name: 'ag-ui',
  framings: [sse, ndjson, jsonSeq, message],
  isStoppedByLeaving: true,
  decoder: () => agUiDecoder(reading),
  dialogue: agUiDialogue,
})
