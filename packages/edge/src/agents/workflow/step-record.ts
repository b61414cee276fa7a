import type { PlannedStep } from './plan.ts'

/** `cancelled`: the run ended while it ran; `pending`: it never started. */
export type StepStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled'

/** What became of one step in one run. */
export interface StepResult {
  readonly name: string
  /** `pending`: the run ended before it could start. `cancelled`: the run ended while it ran. */
  readonly status: StepStatus
  readonly result: unknown
  readonly error: string | undefined
  /** 0 when it never started. */
  readonly attempts: number
  readonly durationMs: number
}

/** The same while the run goes on. Belongs to one run, and is written by its scheduler only. */
export interface StepRecord {
  readonly step: PlannedStep
  status: StepStatus
  /** Why it was skipped: by its own condition, or because of a step it depends on. */
  skippedFor?: 'condition' | 'skipped_dependency' | 'failed_dependency'
  result: unknown
  error: string | undefined
  attempts: number
  startedAt: number
  durationMs: number
}

export function createRecords(steps: readonly PlannedStep[]): ReadonlyMap<string, StepRecord> {
  return new Map(steps.map((step) => [step.name, { step, status: 'pending', result: undefined, error: undefined, attempts: 0, startedAt: 0, durationMs: 0 }]))
}

export function resultOf({ step, status, result, error, attempts, durationMs }: StepRecord): StepResult {
  return { name: step.name, status, result, error, attempts, durationMs }
}
