/** What both ends of a stream share: events, frames, protocols, cursors. No fetch, no state, no timers. */

export {
  AgentStreamError,
  type AgentStreamErrorCode,
  HttpError,
  isAgentStreamError,
  isRetryableStatus,
  LimitError,
  ProtocolError,
  StreamInterruptedError,
  StreamTimeoutError,
  toAgentStreamError,
} from './errors.ts'
export type { AgentInfo, ModelParameters } from './wire/agent.ts'
export type { Ask, Call, PastMessage, TaskInput } from './wire/ask.ts'
export { type Cursor, formatCursor, parseCursor } from './wire/cursor.ts'
export { autoProtocol, type DetectOptions, detectProtocol, type ResponseStart } from './wire/detect/auto-protocol.ts'
export type { Detected } from './wire/detect/detector.ts'
export { knownProtocols } from './wire/detect/protocols.ts'
export { emptyDigest, extendDigest, formatDigest, repeatedDigest } from './wire/digest.ts'
export { type EndingWatch, isRunOutcome, isTerminalEvent, type RunOutcome, watchEnding } from './wire/events/ending.ts'
export { parseEvent } from './wire/events/parse.ts'
export { effectiveLoopScope, isDawpBoundary, isDawpEvent, type LoopScope } from './wire/events/scope.ts'
export { eventTime } from './wire/events/time.ts'
export { type AgentEvent, type EventOf, type EventType, eventSchemas } from './wire/events/vocabulary.ts'
export type { Entry } from './wire/events/written-run.ts'
export { concatenated } from './wire/frames/concatenated.ts'
export type { Frame, Framing, FramingLimits, FramingReader } from './wire/frames/frame.ts'
export { jsonSeq } from './wire/frames/json-seq.ts'
export { message } from './wire/frames/message.ts'
export { ndjson } from './wire/frames/ndjson.ts'
export { framingAccepted, framingFor, framings } from './wire/frames/negotiate.ts'
export { plainText } from './wire/frames/plain-text.ts'
export { sse } from './wire/frames/sse.ts'
export { isObject, type JsonObject, type JsonValue, parseJson } from './wire/json.ts'
export {
  createPartialJson,
  type FieldStatus,
  fieldStatus,
  type PartialJson,
  type PartialJsonOptions,
  type PartialJsonValue,
} from './wire/partial-json/partial-json.ts'
export { type A2aOptions, a2a, a2aV1, createA2a, createA2aV1 } from './wire/protocols/a2a/a2a.ts'
export { a2aLosses } from './wire/protocols/a2a/losses.ts'
export { readA2a, readA2aV1 } from './wire/protocols/a2a/read.ts'
export { type AgUiOptions, agUi, createAgUi } from './wire/protocols/ag-ui/ag-ui.ts'
export type { AgUiReading } from './wire/protocols/ag-ui/decode.ts'
export { agUiLosses } from './wire/protocols/ag-ui/losses.ts'
export { readAgUi } from './wire/protocols/ag-ui/read.ts'
export { type AgenticraftOptions, agenticraft, agenticraftText, createAgenticraft } from './wire/protocols/agenticraft/agenticraft.ts'
export { agenticraftLosses, agenticraftTextLosses } from './wire/protocols/agenticraft/losses.ts'
export { readAgenticraft } from './wire/protocols/agenticraft/read.ts'
export { agentor, agentorChat } from './wire/protocols/agentor/agentor.ts'
export { agentorLosses } from './wire/protocols/agentor/losses.ts'
export { readAgentor } from './wire/protocols/agentor/read.ts'
export { aiecs, aiecsRecovery } from './wire/protocols/aiecs.ts'
export type { CancelOutcome, Dialogue, Fate, LossTable, Protocol, RecognisableProtocol, TwoWayProtocol } from './wire/protocols/protocol.ts'
export { uiMessageStreamLosses } from './wire/protocols/ui-message-stream/losses.ts'
export { readUiMessageStream } from './wire/protocols/ui-message-stream/read.ts'
export { uiMessageStream } from './wire/protocols/ui-message-stream/ui-message-stream.ts'
export { parseRetryAfter } from './wire/retry-after.ts'
export { pipe, readStage, type Stage, type StageReader, stageReader, toTransformStream } from './wire/stage.ts'
export { type TranscodeOptions, type Transcoder, transcode } from './wire/transcode/transcode.ts'
