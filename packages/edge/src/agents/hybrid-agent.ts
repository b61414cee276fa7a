import type { AgentEvent, JsonObject, JsonValue } from '@agentstream/client/wire'
import { createBudget } from '../loop/budget.ts'
import type { LoopExtension, LoopOutcome } from '../loop/loop.ts'
import { readPast } from '../loop/past-run.ts'
import { type HybridPlugin, joinPlugins } from '../loop/plugin.ts'
import type { ToolOutcome } from '../tools/call-tool.ts'
import type { Tool } from '../tools/tool.ts'
import { createToolbox, type Toolbox } from '../tools/toolbox.ts'
import type { Agent } from './agent.ts'
import { type AgentOptions, agentInfo, stopMembers } from './agent-options.ts'
import { runAgent } from './run-agent.ts'

/** What a tool answered. */
export interface ToolAnswer {
  readonly tool: string
  readonly parameters: JsonObject
  readonly result: JsonValue
  /** As the model would be told: a text as it is, all else as JSON. */
  readonly text: string
}

/** What a hybrid agent thinks with, may use, and stops at. */
export interface HybridAgentOptions extends AgentOptions {
  readonly tools?: readonly Tool[]
  /** Turns of the model in one run. Default 10. */
  readonly maxIterations?: number
  /** Runs the calls of a turn at once. Default true. */
  readonly parallelTools?: boolean
  /** Failures in a row after which a tool is not offered again in this run. Default 3. */
  readonly toolFailureLimit?: number
  /**
   * Whether what a tool answered is the answer of the run, such as `({ text }) => /<html[\s>]/i.test(text)`. The model is not
   * asked again then, and the output is the text of that answer. With it, the calls of a turn are made one after the other,
   * and those after that answer are not made. Asked once per answer, never for a call that failed or was refused.
   */
  readonly stopWhen?: (answer: ToolAnswer) => boolean
  /**
   * How many characters of conversation the model is told in one turn. Over it, the oldest results of tools are left out, then the
   * oldest exchanges of its session; instructions, the task and the newest answers never are. What is kept stays whole. No limit
   * unless told.
   */
  readonly maxHistoryCharacters?: number
  /** What takes part in its runs, such as `dawp(…)`. */
  readonly plugins?: readonly HybridPlugin[]
}

/**
 * An agent that thinks, uses tools and thinks again (ReAct): `started`, per turn `iteration_start`, tokens and tools as they
 * happen, then `result` and `completed`. The output is the trimmed text of the last turn. At the iteration limit both say
 * `success: false`, with the reason `max_iterations_reached`. A model that fails is one `error` event, and the last.
 * Without plugins it can go on with a run whose process died: it tells again what was finished, in few events, and goes on
 * from there. Calls are not repeated; one that was interrupted is an error that the model is told.
 */
export function createHybridAgent(options: HybridAgentOptions): Agent {
  const toolbox = createToolbox(options.tools)
  const { maxIterations = 10, parallelTools = true, toolFailureLimit = 3, plugins = [], now = Date.now, stopWhen, maxHistoryCharacters } = options
  const isEnough = stopWhen && ((outcome: ToolOutcome): boolean => stopWhen(answerOf(outcome)))
  const extended = (context: JsonObject = {}): { extension: LoopExtension; toolbox: Toolbox } => {
    const extension = joinPlugins(plugins, { now, context })
    return { extension, toolbox: createToolbox([...toolbox.tools, ...(extension.tools ?? [])]) }
  }
  // Found out now, not in the first run.
  createBudget(maxIterations)
  extended()
  return {
    name: options.name,
    info: agentInfo(options, toolbox),
    // What a plugin has done cannot be told from the events.
    isResumable: plugins.length === 0,
    run: (task, context) =>
      runAgent(task, context, {
        options,
        past: context.past && readPast(context.past),
        ...extended(task.context),
        policy: { narrate: true, afterTools: 'ask_again', parallelTools, toolFailureLimit, isEnough, maxHistoryCharacters },
        maxIterations,
        opening: { type: 'started' },
        closing: (outcome, seconds) => lastEvents(outcome, { seconds, maxIterations }),
      }),
  }
}

function answerOf({ call, parameters, result = null, text }: ToolOutcome): ToolAnswer {
  return { tool: call.name, parameters, result, text }
}

function lastEvents(outcome: LoopOutcome, { seconds, maxIterations }: { seconds: number; maxIterations: number }): readonly AgentEvent[] {
  const success = outcome.end === 'answered'
  const ended = { success, execution_time: seconds }
  const result: AgentEvent = {
    type: 'result',
    ...ended,
    reason: success ? null : (outcome.stop?.reason ?? 'max_iterations_reached'),
    output: outputOf(outcome, maxIterations),
    reasoning_steps: outcome.steps,
    tool_calls_count: outcome.outcomes.length,
    // At its limit a run has used it up, by whatever took part in it.
    iterations: outcome.end === 'out_of_budget' ? maxIterations : outcome.iterations,
    ...stopMembers(outcome),
  }
  return [result, { type: 'completed', ...ended }]
}

function outputOf({ end, text, stop }: LoopOutcome, maxIterations: number): string {
  if (stop) return stop.text
  return end === 'answered' || text !== '' ? text : `Stopped at the limit of ${maxIterations} iterations without an answer.`
}
