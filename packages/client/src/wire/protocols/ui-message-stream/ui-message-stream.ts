/**
 * The AI SDK's UI message stream: what `useChat` reads. In come frames, out go events, and back. A text and its reasoning are parts
 * that open and close, a model call with its tools is a step, and what belongs to a DAWP run or has no words travels as transient data.
 * Rules: `ai` 7.0, `src/ui-message-stream` and `src/ui/process-ui-message-stream.ts`; ai-sdk.dev, "Stream Protocols".
 */
import { ndjson } from '../../frames/ndjson.ts'
import { sse } from '../../frames/sse.ts'
import type { TwoWayProtocol } from '../protocol.ts'
import { uiMessageStreamDecoder } from './decode.ts'
import { uiMessageStreamDialogue } from './dialogue.ts'
import { uiMessageStreamEncoder } from './encode.ts'

/** Reads what AI SDK servers stream, and streams what an unmodified `useChat` reads. */
export const uiMessageStream: TwoWayProtocol = {
  name: 'ui-message-stream',
  framings: [sse, ndjson],
  headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
  isStoppedByLeaving: true,
  decoder: uiMessageStreamDecoder,
  dialogue: uiMessageStreamDialogue,
  encoder: uiMessageStreamEncoder,
}
