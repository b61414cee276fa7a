/**
 * DAWP runs: panels that open, hold steps, and close. AIECS sends step events always and run events only when told to, so a
 * step event opens its run where that is missing, and such a run closes when the main loop goes on.
 */
import { dawpRunId, effectiveLoopScope, idText, type LoopScope } from '../../wire/events/scope.ts'
import type { AgentEvent, EventOf } from '../../wire/events/vocabulary.ts'
import { closeLoop, createLoop, filled, type LoopDraft, owned, type RunDraft } from '../draft.ts'
import type { DawpRunState, DawpStepState } from '../state.ts'

type DawpEvent = EventOf<'dawp_run_started' | 'dawp_run_completed' | 'dawp_step_started' | 'dawp_step_completed'>

const indexOf = (value: unknown): number => (typeof value === 'number' ? value : Number.parseInt(idText(value), 10) || 0)

const newRun = (runId: string, more: { readonly [Name in 'workflowId' | 'placement' | 'trigger']?: string | null | undefined }): DawpRunState => ({
  runId,
  open: true,
  steps: [],
  ...filled(more),
})

/** Where a run stands, opened when it is new. */
function findRun(draft: RunDraft, runId: string, workflowId?: string): number {
  const at = draft.run.dawpRuns.findLastIndex((run) => run.runId === runId)
  return at < 0 ? owned(draft, ['dawpRuns']).push(newRun(runId, { workflowId })) - 1 : at
}

const runOf = (draft: RunDraft, event: DawpEvent): number => findRun(draft, dawpRunId(event), effectiveLoopScope(event).workflow_id)

/** How a step is named in its run, by an event or by a scope. */
interface StepName {
  readonly step_id?: unknown
  readonly step_index?: unknown
}

const nameOf = ({ step_id: id, step_index: index }: StepName): Pick<DawpStepState, 'stepId' | 'index'> => ({ stepId: idText(id), index: indexOf(index) })

function openStep(draft: RunDraft, at: number, name: StepName): number {
  const step = owned(draft, ['dawpRuns', at, 'steps']).push({ ...nameOf(name), status: 'running', loop: { iteration: 0, parts: [] } }) - 1
  owned(draft, ['dawpRuns', at]).activeStep = step
  return step
}

/** Where a step stands in its run, opened when it is new. */
function findStep(draft: RunDraft, run: number, name: StepName): number {
  const { stepId, index } = nameOf(name)
  const step = draft.run.dawpRuns[run]?.steps.findLastIndex((candidate) => candidate.stepId === stepId && candidate.index === index) ?? -1
  return step < 0 ? openStep(draft, run, name) : step
}

function loopAt(draft: RunDraft, run: number, step: number): LoopDraft {
  if (draft.step?.run !== run || draft.step.step !== step) {
    const path = ['dawpRuns', run, 'steps', step, 'loop'] as const
    draft.step = { run, step, loop: createLoop(draft, path, owned(draft, path)) }
  }
  return draft.step.loop
}

/** The loop an event under a DAWP scope belongs to. */
export function dawpLoop(draft: RunDraft, scope: LoopScope): LoopDraft {
  const run = findRun(draft, idText(scope.run_id), scope.workflow_id)
  const active = scope.step_id === undefined ? draft.run.dawpRuns[run]?.activeStep : undefined
  return loopAt(draft, run, active ?? findStep(draft, run, scope))
}

function closeStep(draft: RunDraft, run: number, step: number, ending: { status: DawpStepState['status']; at: number }): void {
  closeLoop(loopAt(draft, run, step), ending.at)
  owned(draft, ['dawpRuns', run, 'steps', step]).status = ending.status
}

/** Closes a run; what it says of steps that are still running, it says of their status. */
function closeRun(draft: RunDraft, index: number, ending: { status: DawpStepState['status']; at: number; success?: boolean }): void {
  const run = owned(draft, ['dawpRuns', index])
  run.steps.forEach((step, position) => {
    if (step.status === 'running') closeStep(draft, index, position, ending)
  })
  run.open = false
  delete run.activeStep
  if (ending.success !== undefined) run.success = ending.success
}

/** Closes every run that is still open: the stream is over. */
export function closeDawpRuns(draft: RunDraft, at: number): void {
  draft.run.dawpRuns.forEach((run, index) => {
    if (run.open) closeRun(draft, index, { status: 'abandoned', at })
  })
}

/** The main loop goes on: a run that never announced itself is over (runs never overlap; AIECS sends run events only when told to). */
export function closeSilentRuns(draft: RunDraft, at: number): void {
  draft.run.dawpRuns.forEach((run, index) => {
    if (run.open && run.placement === undefined && run.trigger === undefined) {
      closeRun(draft, index, { status: 'failed', at, success: run.steps.every((step) => step.status === 'done') })
    }
  })
}

export const dawpCases = {
  dawp_run_started(draft: RunDraft, event: EventOf<'dawp_run_started'>): void {
    const { workflow_id: workflowId, placement, trigger } = event
    const runId = dawpRunId(event)
    const at = findRun(draft, runId)
    draft.step = undefined
    // A second start under one id opens a new panel in the place of the old one.
    owned(draft, ['dawpRuns'])[at] = newRun(runId, { workflowId, placement, trigger })
  },
  dawp_run_completed(draft: RunDraft, event: EventOf<'dawp_run_completed'>, at: number): void {
    const success = Boolean(event.success)
    closeRun(draft, findRun(draft, dawpRunId(event)), { status: success ? 'done' : 'failed', at, success })
  },
  dawp_step_started(draft: RunDraft, event: EventOf<'dawp_step_started'>): void {
    openStep(draft, runOf(draft, event), event)
  },
  dawp_step_completed(draft: RunDraft, event: EventOf<'dawp_step_completed'>, at: number): void {
    const run = runOf(draft, event)
    closeStep(draft, run, findStep(draft, run, event), { status: event.success === true ? 'done' : 'failed', at })
    delete owned(draft, ['dawpRuns', run]).activeStep
  },
}

/** True for the events with which the main loop shows that it goes on. */
export function leavesDawp(draft: RunDraft, event: AgentEvent): boolean {
  return draft.run.dawpRuns.length > 0 && (event.type === 'iteration_start' || event.type === 'result')
}
