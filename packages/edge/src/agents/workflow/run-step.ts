import { failureText } from '../../tools/failure-text.ts'
import { runAttempt, type WorkflowRun } from './attempt.ts'
import type { PlannedStep } from './plan.ts'

/** One step from its start to its end: attempts, the waits between them, and what it leaves in the context. */

export type StepEnd =
  | { readonly status: 'completed'; readonly result: unknown; readonly error?: string; readonly attempts: number }
  | { readonly status: 'failed'; readonly error: string; readonly attempts: number }
  | { readonly status: 'cancelled'; readonly attempts: number }

/** Never throws: an aborted run is a cancelled step, and anything else that is thrown a failed attempt. */
export async function runStep(step: PlannedStep, run: WorkflowRun): Promise<StepEnd> {
  const { rules } = run.plan
  const retries = step.options.retries ?? rules.retries
  let error: string | undefined
  for (let attempts = 1; ; attempts++) {
    try {
      const result = await keepResult(step, attempts, run)
      return { status: 'completed', result, attempts, ...(error !== undefined && rules.errorOfSuccess === 'keep' ? { error } : {}) }
    } catch (thrown) {
      if (run.signal.aborted) return { status: 'cancelled', attempts }
      error = stepFailure(thrown)
      if (attempts > retries) return { status: 'failed', error, attempts }
      const data = { step_name: step.name, attempt: attempts + 1, delay_ms: delayBefore(step, attempts, run), error }
      run.events.put({ type: 'custom', name: 'step_retry', step_name: step.name, data })
      if (!(await waited(data.delay_ms, run))) return { status: 'cancelled', attempts }
    }
  }
}

async function keepResult(step: PlannedStep, attempt: number, run: WorkflowRun): Promise<unknown> {
  const { context, plan } = run
  const key = `${step.name}_result`
  const before = context[key]
  const returned = await runAttempt(step, attempt, run)
  const stored = context[key]
  if (stored !== before && plan.rules.storedResult === 'keep') return returned ?? stored
  context[key] = returned
  return returned
}

function delayBefore({ options }: PlannedStep, attempts: number, { plan }: WorkflowRun): number {
  const { firstDelayMs = plan.rules.firstDelayMs, maxDelayMs = 30_000 } = options.backoff ?? {}
  return Math.min(maxDelayMs, firstDelayMs * 2 ** (attempts - 1))
}

/** False when the run ended meanwhile. */
async function waited(delayMs: number, { sleep, signal }: WorkflowRun): Promise<boolean> {
  try {
    if (delayMs > 0) await sleep(delayMs, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return !signal.aborted
}

/** What a handler threw, in words that may be shown. */
export function stepFailure(error: unknown): string {
  const isSilent = error instanceof Error ? error.message.trim() === '' : typeof error !== 'string' || error.trim() === ''
  return isSilent ? 'The step failed without saying why' : failureText(error)
}
