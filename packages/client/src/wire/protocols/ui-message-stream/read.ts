import { ndjson } from '../../frames/ndjson.ts'
import { sse } from '../../frames/sse.ts'
import type { Protocol } from '../protocol.ts'
import { uiMessageStreamDecoder } from './decode.ts'
import { uiMessageStreamDialogue } from './dialogue.ts'

/** The UI message stream without what writes it, so that a page that only reads loads nothing more. */
export const readUiMessageStream = (): Protocol => ({
  name: 'ui-message-stream',
  framings: [sse, ndjson],
  headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
  isStoppedByLeaving: true,
  decoder: uiMessageStreamDecoder,
  dialogue: uiMessageStreamDialogue,
})
