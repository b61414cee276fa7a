import type { AgentEvent, LoopScope } from '@agentstream/client/wire'
import { oneByOne } from '../batches.ts'
import { createEmit, type Emit } from '../loop/emit.ts'
import { assistantMessage, type LoopExtension, type LoopOptions, type Round, runLoop } from '../loop/loop.ts'
import type { Message } from '../model/messages.ts'
import { type DawpRunFailure, reminder, type StepPlace, stepPrompt } from './dawp-run-messages.ts'
import type { DawpWorkflow } from './dawp-workflow.ts'
import { type StepOutcome, stepOutcome } from './markers.ts'
import { suppressCall, suppressedCallIds } from './suppress.ts'

/**
 * The steps of one run, one after the other: each is the agent's own loop again, under the scope of the step, on the
 * messages of the run and the budget of the task. It knows no schedule and sends no run events.
 */

export interface ChainOptions {
  readonly dawpRunId: string
  readonly workflow: DawpWorkflow
  /** The main loop, for everything but what is stated here. */
  readonly loop: LoopOptions
  /** Of this run, which may be stopped while the main loop goes on. */
  readonly signal: AbortSignal
  /** Those of the run. Grows. */
  readonly messages: Message[]
  readonly inside: Pick<LoopExtension, 'hiddenTools' | 'answerCall'>
  readonly now: () => number
  readonly compatible: boolean
  /** Gets one entry per step as it ends, also when the chain throws. */
  readonly summaries: StepSummary[]
}

/** How a step went, in the words of the wire. */
export interface StepSummary {
  readonly step_id: string
  readonly step_index: number
  readonly success: boolean
  /** Turns it took. */
  readonly iterations: number
}

export interface ChainOutcome {
  readonly success: boolean
  readonly failure?: DawpRunFailure
  /** The step whose answer ended the run by the run marker. */
  readonly endedBy?: number
}

/** Throws what the loop throws. Upstream: plugins/dawp, prompt chain. */
export async function* runChain(options: ChainOptions): AsyncGenerator<AgentEvent, ChainOutcome, undefined> {
  const { workflow, loop, signal, compatible } = options
  for (const [index, step] of workflow.steps.entries()) {
    signal.throwIfAborted()
    // A step that cannot have a turn does not start.
    if (!compatible && loop.budget.remaining === 0) return { success: false, failure: { stepIndex: index, reason: 'no_budget_before' } }
    const outcome = yield* runStep({ workflow, step, index }, options)
    if (outcome === 'run_done') return { success: true, endedBy: index }
    if (outcome === 'continue') {
      const reason = loop.budget.remaining === 0 ? 'no_budget_during' : 'turns_used_up'
      return { success: false, failure: { stepIndex: index, reason } }
    }
  }
  // Upstream gets here without steps only, and calls that a failure.
  return { success: workflow.steps.length > 0 }
}

async function* runStep(place: StepPlace, options: ChainOptions): AsyncGenerator<AgentEvent, StepOutcome, undefined> {
  const { loop, signal, messages, compatible, summaries } = options
  const { id: step_id, maxIterations } = place.step
  const about = { run_id: options.dawpRunId, step_id, step_index: place.index, prompt_index: place.index }
  const emit = stepEmit({ kind: 'dawp', workflow_id: place.workflow.id, ...about }, options)
  yield emit({ type: 'dawp_step_started', ...about })
  messages.push({ role: 'user', text: stepPrompt(place) })
  let outcome: StepOutcome = 'continue'
  let iterations = 0
  const summary = (success: boolean): StepSummary => ({ step_id, step_index: place.index, success, iterations })
  const extension: LoopExtension = {
    ...options.inside,
    async *afterRound(round) {
      yield* noEvents
      iterations++
      for (const callId of suppressedCallIds(round.outcomes)) suppressCall(messages, callId, { compatible })
      if (round.turn.toolCalls.length > 0 && !round.enough) return 'as_it_is'
      outcome = judge(round, place, options)
      if (!compatible) remember(round, { outcome, place, messages })
      return outcome === 'continue' ? 'ask_again' : 'as_it_is'
    },
  }
  const maxTurns = allocateTurns({ remaining: loop.budget.remaining, stepCap: maxIterations })
  try {
    yield* oneByOne(runLoop({ ...loop, signal, messages, emit, extension, maxTurns }))
  } catch (error) {
    summaries.push(summary(false))
    // Upstream leaves the step open.
    if (!compatible && !loop.signal.aborted) yield emit({ type: 'dawp_step_completed', ...about, success: false })
    throw error
  }
  const success = outcome !== 'continue'
  summaries.push(summary(success))
  yield emit({ type: 'dawp_step_completed', ...about, success })
  return outcome
}

const noEvents: readonly AgentEvent[] = []

/** Turns a step may take: its own cap, else the default, and never more than the task has left. */
export function allocateTurns(caps: { readonly remaining: number; readonly stepCap?: number | undefined; readonly defaultCap?: number | undefined }): number {
  return Math.min(caps.stepCap ?? caps.defaultCap ?? caps.remaining, caps.remaining)
}

function judge({ turn, enough }: Round, { workflow, step, index }: StepPlace, { loop, compatible }: ChainOptions): StepOutcome {
  // Upstream looks at the budget first: a run whose last turn prints the marker fails.
  if (compatible && loop.budget.remaining === 0) return 'continue'
  if (step.completion === 'no_tool_calls') return 'step_done'
  return stepOutcome(enough?.text ?? turn.text, { ...workflow, isLast: index === workflow.steps.length - 1 })
}

/** Upstream forgets what a step said without calling tools, so that no later step and no main loop ever sees it. */
function remember({ turn }: Round, { outcome, place, messages }: { outcome: StepOutcome; place: StepPlace; messages: Message[] }): void {
  // A turn with calls stands there already.
  if (turn.toolCalls.length === 0 && turn.text.trim() !== '') messages.push(assistantMessage(turn))
  // Several providers take a conversation that ends with the assistant's words for words to be continued.
  if (outcome === 'continue') messages.push({ role: 'user', text: reminder(place) })
}

function stepEmit(scope: LoopScope, { now, compatible }: ChainOptions): Emit {
  const emit = createEmit({ now, scope })
  if (!compatible) return emit
  // Every turn of a step is a loop of its own upstream, and counted as one.
  const one = (event: AgentEvent): AgentEvent => emit(event.type === 'iteration_start' ? { ...event, iteration: 1, max_iterations: 1 } : event)
  return Object.assign(one, { together: (events: readonly AgentEvent[]) => events.map(one) })
}
