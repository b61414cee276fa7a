/** Write agents and serve them. */

export type { AgentInfo, ModelParameters, RunOutcome } from '@agentstream/client/wire'
export type { Agent, Conversation, RunContext, Task } from './agents/agent.ts'
export type { AgentOptions } from './agents/agent-options.ts'
export { createHybridAgent, type HybridAgentOptions, type ToolAnswer } from './agents/hybrid-agent.ts'
export { createLLMAgent } from './agents/llm-agent.ts'
export { type MergeAgentsOptions, mergeAgents, type NamedEvent } from './agents/merge-agents.ts'
export { createToolAgent, type ToolAgentOptions } from './agents/tool-agent.ts'
export type { WorkflowParts } from './agents/workflow/plan.ts'
export type { StepEvent, StepHandler, StepOptions, StepProgress, StepRun, WorkflowContext } from './agents/workflow/step.ts'
export type { StepResult, StepStatus } from './agents/workflow/step-record.ts'
export { type DrawnState, type DrawnWorkflow, toMermaid } from './agents/workflow/to-mermaid.ts'
export { type ToolHandlerOptions, type ToolLine, toolHandler } from './agents/workflow/tool-handler.ts'
export { createWorkflow, type Workflow, type WorkflowOptions } from './agents/workflow/workflow.ts'
export type { WorkflowResult } from './agents/workflow/workflow-result.ts'
export {
  createWorkflowAgent,
  type ExecuteWorkflowOptions,
  executeWorkflow,
  type WorkflowAgentOptions,
  type WorkflowRunSettings,
} from './agents/workflow-agent.ts'
export { type DawpOptions, dawp } from './dawp/dawp-plugin.ts'
export type { DawpLimits, DawpPlacement, DawpStep, DawpWorkflow } from './dawp/dawp-workflow.ts'
export { type ParseDawpOptions, parseDawp } from './dawp/document.ts'
export type { EnqueueGuard } from './dawp/schedule.ts'
export { DawpDocumentError, type DawpDocumentProblem, ProviderError, ToolError, WorkflowError, type WorkflowProblem } from './errors.ts'
export type { HybridPlugin } from './loop/plugin.ts'
export type { AssistantMessage, Message, ProviderData, SystemMessage, ToolCall, ToolMessage, UserMessage } from './model/messages.ts'
export type {
  FinishReason,
  ModelDelta,
  ModelRequest,
  ModelTool,
  ProviderInfo,
  StreamingProvider,
  StreamOptions,
  TokenUsage,
  TraceContext,
} from './model/provider.ts'
export { type DegradingJournalOptions, degradingJournal } from './runs/degrading-journal.ts'
export type { Journal, JournalEntry, JournalStatus, SharedRuns, TakenRun } from './runs/journal.ts'
export { createMemoryJournal, type MemoryJournalOptions } from './runs/memory-journal.ts'
export type { HandlerMetric } from './runs/metric.ts'
export { createMemorySessionStore, type MemorySessionStoreOptions, type SessionStore } from './runs/session-store.ts'
export type { AgentCardOptions, AgentSkill } from './serve/a2a/agent-card.ts'
export { createAgentHandler } from './serve/handler.ts'
export type { AgentHandler, AgentHandlerOptions, CorsOptions, Principal, PrincipalLimits, Runtime } from './serve/options.ts'
export { type SerializeOptions, serializeRun } from './serve/serialize-run.ts'
export type { SocketOptions, SocketUpgrade, Upgraded, UpgradedSocket } from './serve/socket/upgrade.ts'
export { createTranscodeHandler } from './serve/transcode/handler.ts'
export type { TranscodeHandlerOptions, Upstream } from './serve/transcode/options.ts'
export type { ApprovalAnswer, ApprovalQuestion, Approvals } from './tools/approval.ts'
export type { ToolSchema } from './tools/standard-schema.ts'
export { type ApprovalContext, defineTool, type Tool, type ToolContext, type ToolDefinition, type ToolProgress } from './tools/tool.ts'
