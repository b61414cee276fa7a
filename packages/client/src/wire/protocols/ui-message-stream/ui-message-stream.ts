/**
 * The AI SDK's UI message stream: what `useChat` reads. In come frames, out go events, and back. A text and its reasoning are parts
 * that open and close, a model call with its tools is a step, and what belongs to a DAWP run or has no words travels as transient data.
 * Rules: `ai` 7.0, `src/ui-message-stream` and `src/ui/process-ui-message-stream.ts`; ai-sdk.dev, "Stream Protocols".
 */
import type { TwoWayProtocol } from '../protocol.ts'
import { uiMessageStreamEncoder } from './encode.ts'
import { readUiMessageStream } from './read.ts'

/** Reads what AI SDK servers stream, and streams what an unmodified `useChat` reads. */
export const uiMessageStream: TwoWayProtocol = { ...readUiMessageStream(), encoder: uiMessageStreamEncoder }
