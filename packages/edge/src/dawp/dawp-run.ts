import type { AgentEvent, JsonObject } from '@agentstream/client/wire'
import { createEmit } from '../loop/emit.ts'
import type { LoopExtension, LoopOptions } from '../loop/loop.ts'
import { openScope, type ScopeEnd } from '../tools/scopes.ts'
import { completionNote, handoff } from './dawp-run-messages.ts'
import type { DawpStep, DawpWorkflow } from './dawp-workflow.ts'
import { type ChainOptions, type ChainOutcome, runChain, type StepSummary } from './prompt-chain.ts'

/** One run from its first event to its last: what opens and closes it, and what the main loop is told of it. */

/** A run that waits for its turn. */
export interface PendingDawpRun {
  readonly workflow: DawpWorkflow
  readonly placement: 'pre_main_loop' | 'on_response_trigger' | 'inline'
  readonly trigger: 'config' | 'tool'
  readonly source: 'static' | 'dynamic'
  readonly mergeBack: 'append' | 'inject_only'
  /** Whether the task ends when this run fails. */
  readonly abortMain: boolean
}

export interface DawpRunSettings {
  readonly streamBoundaryEvents: boolean
  readonly compatible: boolean
  readonly now: () => number
  /** Of the agent's loop, what also holds inside a run. */
  readonly inside: Pick<LoopExtension, 'hiddenTools' | 'answerCall'>
}

export interface EndedDawpRun {
  readonly success: boolean
  /** Whether the stream showed anything of it. */
  readonly wasSeen: boolean
  /** `dawp_result` of the wire. */
  readonly report: JsonObject
}

/** Throws what the loop throws; then the run is closed first, unless it was aborted. */
export async function* carryOutDawpRun(
  pending: PendingDawpRun,
  settings: DawpRunSettings & { readonly loop: LoopOptions },
): AsyncGenerator<AgentEvent, EndedDawpRun, undefined> {
  const { workflow, placement, trigger } = pending
  const { streamBoundaryEvents, compatible, loop } = settings
  const run_id = `dawp-${crypto.randomUUID().slice(0, 8)}`
  const emit = createEmit({ now: settings.now, scope: { kind: 'dawp', run_id, workflow_id: workflow.id } })
  const summaries: StepSummary[] = []
  const completed = (success: boolean): AgentEvent =>
    // Always empty upstream.
    emit({ type: 'dawp_run_completed', run_id, step_summaries: compatible ? [] : [...summaries], success })

  loop.signal.throwIfAborted()
  if (streamBoundaryEvents) yield emit({ type: 'dawp_run_started', run_id, workflow_id: workflow.id, placement, trigger })
  const messages = pending.mergeBack === 'append' ? loop.messages : [...loop.messages]
  let outcome: ChainOutcome
  try {
    outcome = yield* runScoped({ ...settings, dawpRunId: run_id, workflow, messages, summaries })
  } catch (error) {
    if (streamBoundaryEvents && !loop.signal.aborted) yield completed(false)
    throw error
  }
  // Upstream does not count the step that ends the run.
  const done = summaries.filter(({ success, step_index }) => success && !(compatible && step_index === outcome.endedBy)).map(({ step_index }) => step_index)
  const handoffText = tellMainLoop(pending, { outcome, done, loop, compatible })
  if (streamBoundaryEvents) yield completed(outcome.success)
  const report = reportOf(pending, { run_id, outcome, done, handoffText })
  return { success: outcome.success, wasSeen: streamBoundaryEvents || workflow.steps.length > 0, report }
}

/** The steps, as something that can be stopped alone: to the main loop that is a run that failed. */
async function* runScoped(chain: Omit<ChainOptions, 'signal'>): AsyncGenerator<AgentEvent, ChainOutcome, undefined> {
  const { loop, dawpRunId, summaries } = chain
  const scope = openScope({ scopes: loop.scopes, id: dawpRunId, signal: loop.signal })
  let end: ScopeEnd = 'ended'
  try {
    return yield* runChain({ ...chain, signal: scope.signal })
  } catch (error) {
    const said = scope.stopped()
    if (said === undefined) throw error
    end = 'stopped'
    // The last step that began is the one it was stopped in, or it was stopped between two.
    const stepIndex = summaries.filter(({ success }) => success).length
    return { success: false, failure: { stepIndex, reason: 'cancelled', said } }
  } finally {
    scope.close(end)
  }
}

interface Told {
  readonly outcome: ChainOutcome
  /** Indexes of the completed steps. */
  readonly done: readonly number[]
}

/** Leaves word of the run in the messages of the main loop. Gives the hand-off, if there is one. */
function tellMainLoop(pending: PendingDawpRun, { outcome, done, loop, compatible }: Told & { loop: LoopOptions; compatible: boolean }): string | undefined {
  const { workflow, mergeBack } = pending
  const { failure } = outcome
  if (failure) {
    const steps = done.flatMap((index): readonly DawpStep[] => workflow.steps.slice(index, index + 1))
    const text = handoff(workflow, { failure, completed: steps })
    loop.messages.push({ role: 'user', text })
    return text
  }
  if (!outcome.success) return undefined
  // As a user message, because several providers take a conversation that ends with the assistant for words to be continued.
  if (!compatible) loop.messages.push({ role: 'user', text: `${completionNote(workflow)}\n\nGo on with the task.` })
  else if (mergeBack === 'inject_only') loop.messages.push({ role: 'assistant', text: completionNote(workflow), toolCalls: [] })
  return undefined
}

function reportOf(pending: PendingDawpRun, { run_id, outcome, done, handoffText }: Told & { run_id: string; handoffText: string | undefined }): JsonObject {
  const { workflow, abortMain } = pending
  const { success, failure } = outcome
  const steps_total = workflow.steps.length
  const failed = abortMain ? 'aborted' : done.length > 0 ? 'partial' : 'failed'
  return {
    status: success ? 'completed' : failed,
    deliverable_refs: [],
    partial_artifacts: handoffText === undefined ? [] : [{ kind: 'handoff_message', content: handoffText }],
    criteria_progress: {
      steps_completed: done.length,
      steps_total,
      completed_step_indices: [...done],
      ...(failure ? { failed_step_index: failure.stepIndex } : {}),
    },
    chain_state: {
      run_id,
      workflow_id: workflow.id,
      steps_total,
      steps_completed: [...done],
      failed_step_index: failure?.stepIndex ?? null,
      run_success_sentinel: success,
    },
    error: handoffText ?? null,
  }
}
