import { createToolbox } from '../tools/toolbox.ts'
import type { Agent } from './agent.ts'
import { type AgentOptions, agentInfo, stopMembers } from './agent-options.ts'
import { runAgent } from './run-agent.ts'

/**
 * An agent that answers with its model alone: `status`, tokens, `result`. A model that fails is one `error` event.
 */
export function createLLMAgent(options: AgentOptions): Agent {
  const toolbox = createToolbox()
  return {
    name: options.name,
    info: agentInfo(options, toolbox),
    run: (task, context) =>
      runAgent(task, context, {
        options,
        toolbox,
        policy: { narrate: false, afterTools: 'stop', parallelTools: false, toolFailureLimit: 1 },
        maxIterations: 1,
        opening: { type: 'status', status: 'started' },
        closing: (outcome, seconds) => [
          // A model that only called tools, which it was not given, has not answered.
          {
            type: 'result',
            success: outcome.text !== '' || outcome.outcomes.length === 0,
            output: outcome.text,
            provider: options.provider.info.provider,
            ...stopMembers(outcome),
            execution_time: seconds,
          },
        ],
      }),
  }
}
