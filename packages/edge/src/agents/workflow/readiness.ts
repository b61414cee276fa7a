import type { StepRecord } from './step-record.ts'

/** When a step may start. Looks at records only; starts nothing. */

export type Readiness = 'ready' | 'waiting' | 'skipped_dependency' | 'failed_dependency'

/** Whether what a pending step depends on lets it start, has it wait, or keeps it from ever starting. */
export function readinessOf(record: StepRecord, records: ReadonlyMap<string, StepRecord>): Readiness {
  let readiness: Readiness = 'ready'
  for (const name of record.step.dependsOn) {
    const standing = standingOf(records.get(name))
    if (standing === 'failed') return 'failed_dependency'
    if (standing === 'open') readiness = 'waiting'
    else if (standing === 'skipped' && record.step.options.afterSkipped !== 'run') return 'skipped_dependency'
  }
  return readiness
}

function standingOf(record: StepRecord | undefined): 'open' | 'completed' | 'skipped' | 'failed' {
  if (record?.status === 'completed') return 'completed'
  if (record?.status === 'skipped') return record.skippedFor === 'failed_dependency' ? 'failed' : 'skipped'
  // A failure that was allowed for is a step that gave nothing.
  if (record?.status === 'failed') return record.step.options.optional === true ? 'skipped' : 'failed'
  return 'open'
}

/** Whether there is room for a step beside those that run. */
export function hasRoom(record: StepRecord, { running, most }: { running: ReadonlySet<StepRecord>; most: number }): boolean {
  if (running.size === 0) return true
  const [first] = running
  return running.size < most && !wantsToBeAlone(record) && !(first && wantsToBeAlone(first))
}

function wantsToBeAlone({ step }: StepRecord): boolean {
  return step.options.parallel === false
}
