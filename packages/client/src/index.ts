/** The front door: read agent streams you can trust. */
export { type AgentClient, type AgentClientOptions, type AttachOptions, createAgentClient, type RunOptions, type StreamOptions } from './client.ts'
export {
  type Conversation,
  type ConversationMessage,
  type ConversationOptions,
  forgetConversation,
  type PastToolCall,
  readConversation,
} from './conversation.ts'
export { createDawpConsumer, type DawpConsumer, type DawpHandlers, type DawpPanel } from './dawp-consumer.ts'
export {
  AgentStreamError,
  type AgentStreamErrorCode,
  HttpError,
  isAgentStreamError,
  LimitError,
  ProtocolError,
  StreamInterruptedError,
  StreamTimeoutError,
  type TimeoutPhase,
  toAgentStreamError,
} from './errors.ts'
export type { RunInput } from './input.ts'
export type { ClientHooks, ClientMetric } from './measure.ts'
export { type BufferOptions, bufferBy } from './patterns/buffer-by.ts'
export { collect } from './patterns/collect.ts'
export { filterEvents } from './patterns/filter-events.ts'
export { mergeRuns, type NamedItem } from './patterns/merge-runs.ts'
export { splitThinking, type ThinkingTags } from './patterns/split-thinking.ts'
export { type TimeoutOptions, withTimeout } from './patterns/with-timeout.ts'
export type { AgentRun, ApprovalAnswer, CancelOptions, CancelReceipt, RunResult } from './run/agent-run.ts'
export { fetchTransport } from './run/fetch-transport.ts'
export { inProcessTransport } from './run/in-process-transport.ts'
export { reduceRun } from './run/reduce.ts'
export type { RetryPolicy } from './run/retry.ts'
export { immediately, perFrame, type Schedule } from './run/schedule.ts'
export {
  type Iteration,
  type RunMetrics,
  selectDawpRuns,
  selectIterations,
  selectMetrics,
  selectText,
  selectThinking,
  selectToolCalls,
  selectWaitingApprovals,
} from './run/select.ts'
export { selectArguments } from './run/select-arguments.ts'
export { type AgentorSocketOptions, agentorSocketTransport } from './run/socket-transport/agentor.ts'
export type { ClientSocket } from './run/socket-transport/dial.ts'
export { type SocketTransportOptions, socketTransport } from './run/socket-transport.ts'
export {
  type ApprovalState,
  type ConnectionPhase,
  type DawpRunState,
  type DawpStepState,
  type FilePart,
  initialRunState,
  type LoopState,
  type NotePart,
  type Part,
  type RunFailure,
  type RunState,
  type RunStatus,
  type RunVerdict,
  type SourcePart,
  type StepState,
  type TextPart,
  type ThinkingPart,
  type TokenUsage,
  type ToolPart,
  type ToolProgress,
  type ToolStatus,
} from './run/state.ts'
export type { FrameSource, StreamLimits, Transport, TransportRequest } from './run/transport.ts'
export { type AgentSession, createAgentSession, type SessionOptions } from './session.ts'
export { textOf } from './text-of.ts'
export type { AgentInfo, ModelParameters } from './wire/agent.ts'
export type { Call, PastMessage, TaskInput } from './wire/ask.ts'
export type { RunOutcome } from './wire/events/ending.ts'
export { effectiveLoopScope, type LoopScope } from './wire/events/scope.ts'
export { eventTime } from './wire/events/time.ts'
export type { AgentEvent, EventOf, EventType } from './wire/events/vocabulary.ts'
export { type FieldStatus, fieldStatus, type PartialJsonValue } from './wire/partial-json/partial-json.ts'
export { randomId } from './wire/random-id.ts'
