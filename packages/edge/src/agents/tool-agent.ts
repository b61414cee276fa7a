import type { AgentEvent, JsonObject } from '@agentstream/client/wire'
import type { LoopOutcome } from '../loop/loop.ts'
import type { ToolOutcome } from '../tools/call-tool.ts'
import type { Tool } from '../tools/tool.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { Agent } from './agent.ts'
import { type AgentOptions, agentInfo, stopMembers } from './agent-options.ts'
import { runAgent } from './run-agent.ts'

/** What a tool agent thinks with and may use. */
export interface ToolAgentOptions extends AgentOptions {
  readonly tools: readonly Tool[]
  /** Runs the calls of the round at once. Default true. */
  readonly parallelTools?: boolean
}

/**
 * An agent whose model picks tools once and is not asked again: `started`, the model's turn, its tools, `result`. The output
 * is what the last tool returned, or the model's text when it called none. When the last tool failed, `success` is false
 * and `error` says why. A model that fails is one `error` event.
 */
export function createToolAgent(options: ToolAgentOptions): Agent {
  const toolbox = createToolbox(options.tools)
  const { parallelTools = true } = options
  return {
    name: options.name,
    info: agentInfo(options, toolbox),
    run: (task, context) =>
      runAgent(task, context, {
        options,
        toolbox,
        policy: { narrate: false, afterTools: 'stop', parallelTools, toolFailureLimit: Number.POSITIVE_INFINITY },
        maxIterations: 1,
        opening: { type: 'started' },
        closing: (outcome, seconds) => [resultOf(outcome, seconds)],
      }),
  }
}

function resultOf(outcome: LoopOutcome, seconds: number): AgentEvent {
  const { text, outcomes, tokens } = outcome
  const last = outcomes.at(-1)
  const failed = last !== undefined && last.status !== 'done'
  return {
    type: 'result',
    success: !failed,
    output: last ? (last.result ?? null) : text,
    ...(failed ? { reason: 'tool_failed', error: last.error } : {}),
    llm_response: text,
    tool_results: outcomes.map(toolResult),
    tool_calls_count: outcomes.length,
    tokens_streamed: tokens,
    ...stopMembers(outcome),
    execution_time: seconds,
  }
}

function toolResult({ call, status, parameters, result, error }: ToolOutcome): JsonObject {
  if (status !== 'done') return { tool: call.name, error, success: false }
  return { tool: call.name, operation: null, parameters, result, success: true }
}
