import type { AgentEvent, JsonValue } from '@agentstream/client/wire'
import type { ToolCall } from '../model/messages.ts'
import type { Approvals } from '../tools/approval.ts'
import { callTool, refuse, type ToolOutcome } from '../tools/call-tool.ts'
import type { Scopes } from '../tools/scopes.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import type { Emit } from './emit.ts'
import { inOrder, merge } from './merge.ts'
import { type PastRun, recall } from './past-run.ts'
import { excerpt } from './step-log.ts'
import type { ToolSwitch } from './tool-switch.ts'

/** One round of tools: the calls of a turn go in, their events come out as they happen, and in the end their outcomes in order. */

export interface RoundOptions {
  readonly toolbox: Toolbox
  readonly toolSwitch: ToolSwitch
  readonly runId: string
  readonly signal: AbortSignal
  readonly approvals?: Approvals | undefined
  readonly scopes?: Scopes | undefined
  readonly emit: Emit
  /** All at once, or one after the other. */
  readonly parallel: boolean
  /** Adds `action` and `observation` events of this iteration. */
  readonly narrate?: number | undefined
  /** Whether a result ends the run. The calls are made one after the other then, and none after that one. */
  readonly isEnough?: ((outcome: ToolOutcome) => boolean) | undefined
  /** The result of a call that is answered without being run. */
  readonly answerCall?: ((call: ToolCall, calls: readonly ToolCall[]) => JsonValue | undefined) | undefined
  /** Its calls are not carried out again. */
  readonly past?: PastRun | undefined
}

/** What the calls of a turn came to. */
export interface ToolRound {
  /** Of the calls that were made, in their order. */
  readonly outcomes: readonly ToolOutcome[]
  /** The one that ended the run. */
  readonly enough?: ToolOutcome | undefined
}

/** More calls in one turn than this are a model gone astray. */
const mostCalls = 64

export async function* runTools(calls: readonly ToolCall[], options: RoundOptions): AsyncGenerator<AgentEvent, ToolRound, undefined> {
  const { isEnough, toolSwitch } = options
  const sources = calls.map((call, order) => narrated(sourceOf(call, { ...options, order, calls }), options))
  const enough: ToolOutcome[] = []
  // Asked once per result: a predicate may be a regular expression that goes on where it was.
  const isLast = (outcome: ToolOutcome): boolean => outcome.status === 'done' && isEnough?.(outcome) === true && enough.push(outcome) > 0
  const outcomes = yield* options.parallel && !isEnough ? merge(sources) : inOrder(sources, isLast)
  for (const outcome of outcomes) toolSwitch.record(outcome)
  return { outcomes, enough: enough[0] }
}

function sourceOf(call: ToolCall, options: RoundOptions & { order: number; calls: readonly ToolCall[] }): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  const past = options.past?.calls.get(call.id)
  if (past) return recall(call, past)
  const result = options.answerCall?.(call, options.calls)
  if (result !== undefined) return answer(call, result)
  if (options.order >= mostCalls) return refuse(call, `Only the first ${mostCalls} calls of a turn are run`)
  const failures = options.toolSwitch.failuresOfSwitchedOff(call.name)
  if (failures !== undefined) return refuse(call, `"${call.name}" is switched off for this run after ${failures} failures`)
  return callTool(call, options)
}

/** Answers a call without running anything. */
async function* answer(call: ToolCall, result: JsonValue): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  yield { type: 'tool_result', tool_name: call.name, tool_call_id: call.id, result, success: true }
  return { call, status: 'done', parameters: {}, result, text: typeof result === 'string' ? result : JSON.stringify(result) }
}

async function* narrated(
  source: AsyncGenerator<AgentEvent, ToolOutcome, undefined>,
  options: RoundOptions,
): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  const { emit, narrate: iteration } = options
  try {
    for (let step = await source.next(); ; step = await source.next()) {
      if (step.done) {
        if (iteration !== undefined) yield emit({ type: 'observation', content: excerpt(step.value.text), iteration })
        return step.value
      }
      const event = step.value
      yield emit(event)
      if (iteration !== undefined && event.type === 'tool_call')
        yield emit({ type: 'action', tool_name: event.tool_name, operation: null, parameters: event.parameters, iteration })
    }
  } finally {
    // Not awaited, and it does nothing after a normal end: a tool that does not listen must not hold up the run.
    void source.return(undefined as never).catch(() => {})
  }
}
