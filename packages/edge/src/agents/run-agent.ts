import { type AgentEvent, isAgentStreamError } from '@agentstream/client/wire'
import { oneByOne } from '../batches.ts'
import { ProviderError } from '../errors.ts'
import { createBudget } from '../loop/budget.ts'
import { createEmit } from '../loop/emit.ts'
import { type LoopExtension, type LoopOutcome, type LoopPolicy, runLoop } from '../loop/loop.ts'
import { type PastRun, withPast } from '../loop/past-run.ts'
import { createCallIds } from '../loop/tool-call-assembly.ts'
import type { Message } from '../model/messages.ts'
import { inTrace } from '../model/provider.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import type { RunContext, Task } from './agent.ts'
import { type AgentOptions, runParameters } from './agent-options.ts'
import { taskMessages } from './task-messages.ts'

/** The part all agents share: one run of the loop between their own first and last events. Everything of a run lives here. */

export interface RunPlan {
  readonly options: AgentOptions
  readonly toolbox: Toolbox
  readonly policy: LoopPolicy
  readonly maxIterations: number
  readonly extension?: LoopExtension
  /** What the run did in a process that it lost. */
  readonly past?: PastRun | undefined
  /** The first events. */
  readonly opening: AgentEvent
  /** The last ones. `seconds` is how long the run took. */
  readonly closing: (outcome: LoopOutcome, seconds: number) => readonly AgentEvent[]
}

/**
 * Carries out a task. A failing model is an `error` event, and the last one. An aborted run simply ends: whoever aborted it
 * says so. Throws only what is a defect.
 */
export function runAgent(task: Task, context: RunContext, plan: RunPlan): AsyncIterable<AgentEvent> {
  return oneByOne(carryOut(task, context, plan))
}

async function* carryOut(task: Task, context: RunContext, plan: RunPlan): AsyncGenerator<readonly AgentEvent[], void, undefined> {
  const { now = Date.now, instructions } = plan.options
  const model = context.trace ? inTrace(plan.options.provider, context.trace) : plan.options.provider
  const provider = plan.past ? withPast(model, plan.past) : model
  const started = now()
  const emit = createEmit({ now })
  const { signal, runId, approvals, scopes, session } = context
  if (signal.aborted) return
  try {
    if (isEmpty(task)) return yield [emit({ type: 'error', error: 'The task has no description', code: 'agent', retryable: false })]
    yield [emit(plan.opening)]
    const messages = taskMessages(task, [instructions, ...(plan.extension?.instructions ?? [])])
    // What was said before stands between the instructions and the task.
    messages.splice(-1, 0, ...(session?.history ?? []))
    const turnStart = messages.length - 1
    const outcome = yield* runLoop({
      provider,
      messages,
      toolbox: plan.toolbox,
      parameters: runParameters(plan.options, context),
      policy: plan.policy,
      budget: createBudget(plan.maxIterations),
      runId,
      signal,
      approvals,
      scopes,
      emit,
      claimId: createCallIds(earlierCalls(session?.history ?? [], plan.past)),
      extension: plan.extension,
      past: plan.past,
    })
    session?.remember(turnOf(messages.slice(turnStart), outcome))
    yield emit.together(plan.closing(outcome, (now() - started) / 1000))
  } catch (error) {
    if (signal.aborted) return
    const failure = failureEvent(error)
    context.onError?.(error)
    yield [emit(failure)]
  }
}

/** A picture needs no words. */
const isEmpty = ({ description, images = [] }: Task): boolean => description.trim() === '' && images.length === 0

/** The calls of the runs before. What this run did in a process that it lost keeps its ids, by which it is known not to be done again. */
function earlierCalls(history: readonly Message[], past: PastRun | undefined): ReadonlySet<string> {
  const calls = history.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []))
  const own = new Set(past?.turns.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)))
  return new Set(calls.map(({ id }) => id).filter((id) => !own.has(id)))
}

/** What a later run is told of this one: the task, the calls and their results, the answer. Instructions come anew with every run. */
function turnOf(messages: readonly Message[], { end, text }: LoopOutcome): readonly Message[] {
  const said = messages.filter(({ role }) => role !== 'system')
  return end === 'answered' && text !== '' ? [...said, { role: 'assistant', text, toolCalls: [] }] : said
}

/** Throws what is not ours to tell. */
function failureEvent(error: unknown): AgentEvent {
  if (!isAgentStreamError(error)) throw error
  const retryAfterMs = error instanceof ProviderError ? error.retryAfterMs : undefined
  return {
    type: 'error',
    error: error.message,
    code: error.code,
    retryable: error.retryable,
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  }
}
