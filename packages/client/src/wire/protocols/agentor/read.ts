import { concatenated } from '../../frames/concatenated.ts'
import { jsonSse } from '../../frames/concatenated-sse.ts'
import { jsonSeq } from '../../frames/json-seq.ts'
import { ndjson } from '../../frames/ndjson.ts'
import type { Protocol } from '../protocol.ts'
import { agentorDecoder } from './decode.ts'
import { agentorDialogue } from './dialogue.ts'

/** Agentor without what writes it, so that a page that only reads loads nothing more. */
export const readAgentor = (): Protocol => ({
  name: 'agentor',
  framings: [jsonSse, ndjson, jsonSeq, concatenated],
  isStoppedByLeaving: true,
  decoder: agentorDecoder,
  dialogue: agentorDialogue,
})
