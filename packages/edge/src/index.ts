/** Write agents and serve them. */

export type { Agent, AgentInfo, RunContext, Task } from './agents/agent.ts'
export type { AgentOptions } from './agents/agent-options.ts'
export { createHybridAgent, type HybridAgentOptions } from './agents/hybrid-agent.ts'
export { createLLMAgent } from './agents/llm-agent.ts'
export { createToolAgent, type ToolAgentOptions } from './agents/tool-agent.ts'
export { ProviderError, ToolError } from './errors.ts'
export type { AssistantMessage, Message, SystemMessage, ToolCall, ToolMessage, UserMessage } from './model/messages.ts'
export type { FinishReason, ModelDelta, ModelParameters, ModelRequest, ModelTool, ProviderInfo, StreamingProvider, TokenUsage } from './model/provider.ts'
export type { ToolSchema } from './tools/standard-schema.ts'
export { defineTool, type Tool, type ToolContext, type ToolDefinition, type ToolProgress } from './tools/tool.ts'
