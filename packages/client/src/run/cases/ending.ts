/** How a run ends: as exactly one of completed, failed, cancelled or truncated, with nothing left open. */
import type { RunOutcome } from '../../wire/events/ending.ts'
import { closeLoop, type RunDraft, touch } from '../draft.ts'
import type { RunFailure, RunState, StepState } from '../state.ts'
import { closeDawpRuns } from './dawp.ts'

/** How the stream ended: what the events did not settle, this settles. */
export interface StreamEnd {
  readonly outcome: RunOutcome
  readonly failure?: RunFailure | undefined
  readonly integrity: RunState['integrity']
}

/** Ends the run, unless it has ended. Texts, calls, steps and DAWP runs that are open are closed. */
export function settle(draft: RunDraft, status: RunOutcome, at: number, failure?: RunFailure): void {
  if (draft.ended) return
  draft.ended = status
  const { run } = draft
  run.timing = { ...run.timing, endedAt: at }
  run.failure = failure ?? (status === 'failed' ? refusal(run) : undefined)
  closeLoop(draft.main, at)
  closeDawpRuns(draft, at)
  run.steps = run.steps.map((step): StepState => (step.status === 'running' ? { ...step, status: 'abandoned' } : step))
  run.approvals = run.approvals.map((approval) => (approval.status === 'waiting' ? { ...approval, status: 'abandoned' } : approval))
}

/** The stream is over. Events that were lost or changed on the way make an ending that was folded doubtful, too. */
export function endRun(draft: RunDraft, end: StreamEnd, at: number): void {
  draft.run.integrity = end.integrity
  if (end.integrity === 'broken') draft.ended = undefined
  settle(draft, end.outcome, at, end.failure)
  touch(draft)
}

function refusal(run: RunState): RunFailure {
  const reason = run.verdict?.reason
  return { code: reason ?? 'agent', phase: 'agent', message: reason ?? 'The agent reported that it did not succeed', retryable: false }
}
