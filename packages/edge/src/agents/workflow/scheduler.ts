import type { WorkflowRun } from './attempt.ts'
import { progressEvent } from './progress.ts'
import { hasRoom, type Readiness, readinessOf } from './readiness.ts'
import { runStep, type StepEnd, stepFailure } from './run-step.ts'
import { createRecords, type StepRecord } from './step-record.ts'

/** Which steps run when: starts what can start, skips what never will, and writes down how each one ended. */
export interface Scheduler {
  /** In order of definition. */
  readonly records: ReadonlyMap<string, StepRecord>
  readonly running: ReadonlySet<StepRecord>
  /** Starts and skips what can be, and tells how far the run is. */
  advance(): void
  /** Takes down how a step ended. Answers whether that fails the run at once. */
  end(record: StepRecord, how: StepEnd): { readonly failsRun: boolean }
}

export interface SchedulerOptions {
  readonly run: WorkflowRun
  /** Steps at once. */
  readonly most: number
  readonly now: () => number
  readonly onEnd: (record: StepRecord, how: StepEnd) => void
}

export function createScheduler({ run, most, now, onEnd }: SchedulerOptions): Scheduler {
  const { plan, events } = run
  const records = createRecords(plan.steps)
  const running = new Set<StepRecord>()
  let isStopped = false

  const start = (record: StepRecord): void => {
    running.add(record)
    record.status = 'running'
    record.startedAt = now()
    events.put({ type: 'step_started', ...namesOf(record) })
    runStep(record.step, run).then(
      (how) => onEnd(record, how),
      (error: unknown) => onEnd(record, { status: 'failed', error: stepFailure(error), attempts: 1 }),
    )
  }
  const skip = (record: StepRecord, reason: NonNullable<StepRecord['skippedFor']>): void => {
    record.status = 'skipped'
    record.skippedFor = reason
    record.result = plan.rules.skippedResult
    const { step_name } = namesOf(record)
    events.put({ type: 'custom', name: 'step_skipped', step_name, data: { step_name, reason } })
  }
  const fail = (record: StepRecord, error: unknown): void => {
    running.add(record)
    onEnd(record, { status: 'failed', error: stepFailure(error), attempts: 0 })
  }
  const begin = (record: StepRecord): void => {
    try {
      if (record.step.condition?.(run.context) === false) skip(record, 'condition')
      else start(record)
    } catch (error) {
      fail(record, error)
    }
  }
  /** True when it changed something; undefined when nothing after it may start either. */
  const consider = (record: StepRecord): boolean | undefined => {
    const readiness: Readiness = readinessOf(record, records)
    if (readiness === 'waiting') return false
    if (readiness !== 'ready') {
      if (plan.rules.blocked === 'skipped') skip(record, readiness)
      return plan.rules.blocked === 'skipped'
    }
    // Whoever must be alone also holds up those after it, or it might wait for ever.
    if (!hasRoom(record, { running, most })) return undefined
    begin(record)
    return true
  }
  const pass = (): boolean => {
    let isChanged = false
    for (const record of records.values()) {
      if (record.status !== 'pending' || running.has(record)) continue
      const answer = consider(record)
      if (answer === undefined) break
      isChanged ||= answer
    }
    return isChanged
  }

  return {
    records,
    running,
    advance() {
      // A skipped step may decide about one defined before it.
      while (!isStopped && pass());
      events.put(progressEvent(plan.workflow, records))
    },
    end(record, how) {
      running.delete(record)
      Object.assign(record, how, { durationMs: how.attempts === 0 ? 0 : now() - record.startedAt })
      const { status, attempts, durationMs, error } = record
      const more = status === 'failed' ? { error } : {}
      events.put({ type: 'step_completed', ...namesOf(record), success: status === 'completed', status, attempts, execution_time: durationMs / 1000, ...more })
      const failsRun = status === 'failed' && plan.workflow.onFailure === 'stop' && !plan.workflow.compatible && record.step.options.optional !== true
      isStopped ||= failsRun
      return { failsRun }
    },
  }
}

function namesOf({ step }: StepRecord): { readonly step_name: string; readonly step_index: number } {
  return { step_name: step.name, step_index: step.index }
}
