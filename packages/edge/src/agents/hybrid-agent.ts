import type { AgentEvent } from '@agentstream/client/wire'
import { createBudget } from '../loop/budget.ts'
import type { LoopOutcome } from '../loop/loop.ts'
import type { Tool } from '../tools/tool.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { Agent } from './agent.ts'
import { type AgentOptions, agentInfo } from './agent-options.ts'
import { runAgent } from './run-agent.ts'

export interface HybridAgentOptions extends AgentOptions {
  readonly tools?: readonly Tool[]
  /** Turns of the model in one run. Default 10. */
  readonly maxIterations?: number
  /** Runs the calls of a turn at once. Default true. */
  readonly parallelTools?: boolean
  /** Failures in a row after which a tool is not offered again in this run. Default 3. */
  readonly toolFailureLimit?: number
}

/**
 * An agent that thinks, uses tools and thinks again (ReAct): `started`, per turn `iteration_start`, tokens and tools as they
 * happen, then `result` and `completed`. The output is the trimmed text of the last turn. At the iteration limit both say
 * `success: false`, with the reason `max_iterations_reached`. A model that fails is one `error` event, and the last.
 */
export function createHybridAgent(options: HybridAgentOptions): Agent {
  const toolbox = createToolbox(options.tools)
  const { maxIterations = 10, parallelTools = true, toolFailureLimit = 3 } = options
  // Found out now, not in the first run.
  createBudget(maxIterations)
  return {
    name: options.name,
    info: agentInfo(options, toolbox),
    run: (task, context) =>
      runAgent(task, context, {
        options,
        toolbox,
        policy: { narrate: true, afterTools: 'ask_again', parallelTools, toolFailureLimit },
        maxIterations,
        opening: { type: 'started' },
        closing: lastEvents,
      }),
  }
}

function lastEvents({ end, text, iterations, outcomes, steps, finishReason }: LoopOutcome, seconds: number): readonly AgentEvent[] {
  const success = end === 'answered'
  const ended = { success, execution_time: seconds }
  const result: AgentEvent = {
    type: 'result',
    ...ended,
    reason: success ? null : 'max_iterations_reached',
    output: success || text !== '' ? text : `Stopped at the limit of ${iterations} iterations without an answer.`,
    reasoning_steps: steps,
    tool_calls_count: outcomes.length,
    iterations,
    stop_reason: finishReason,
  }
  return [result, { type: 'completed', ...ended }]
}
