import type { JsonObject, JsonValue } from '@agentstream/client/wire'
import { encodeResult } from '../../tools/encode-result.ts'
import type { WorkflowContext } from './step.ts'
import type { StepResult } from './step-record.ts'
import type { Workflow } from './workflow.ts'

/** How one run of a workflow went. */
export interface WorkflowResult {
  readonly workflowId: string
  readonly workflowName: string
  readonly status: 'completed' | 'failed' | 'cancelled'
  /** What the last step that completed gave, in order of definition. */
  readonly output: unknown
  /** Why it failed. */
  readonly error: string | undefined
  /** In order of definition. */
  readonly steps: readonly StepResult[]
  readonly durationMs: number
  /** As the steps left it. */
  readonly context: WorkflowContext
}

/** How the scheduler says a run ended. */
export interface WorkflowEnding {
  readonly workflow: Workflow
  readonly steps: readonly StepResult[]
  readonly isCancelled: boolean
  readonly durationMs: number
  readonly context: WorkflowContext
}

export function workflowResult({ workflow, steps, isCancelled, durationMs, context }: WorkflowEnding): WorkflowResult {
  const failed = failedSteps(workflow, steps)[0]
  return {
    workflowId: workflow.id,
    workflowName: workflow.name,
    status: isCancelled ? 'cancelled' : failed ? 'failed' : 'completed',
    output: steps.findLast(({ status }) => status === 'completed')?.result,
    error: failed && !isCancelled ? `Step "${failed.name}" failed: ${failed.error}` : undefined,
    steps,
    durationMs,
    context,
  }
}

/** The steps whose failure fails the run. */
function failedSteps(workflow: Workflow, steps: readonly StepResult[]): readonly StepResult[] {
  if (workflow.compatible) return []
  const optional = new Set(workflow.steps.filter((step) => step.optional).map(({ name }) => name))
  return steps.filter(({ name, status }) => status === 'failed' && !optional.has(name))
}

// Of each step: a run of many has all of them in one event.
const largestResult = 64 * 1024
const largestOutput = 256 * 1024

/** The members of the `result` event. What JSON cannot carry becomes null, with a word on why. */
export function resultMembers(result: WorkflowResult): JsonObject & { readonly output: JsonValue; readonly reason: string | null } {
  const { value, problem } = carried(result.output, largestOutput)
  return {
    output: value,
    ...(problem === undefined ? {} : { output_problem: problem }),
    reason: result.status === 'failed' ? 'step_failed' : null,
    ...(result.error === undefined ? {} : { error: result.error }),
    workflow_id: result.workflowId,
    workflow_name: result.workflowName,
    step_results: Object.fromEntries(result.steps.map((step) => [step.name, stepMembers(step)])),
  }
}

function stepMembers({ name, status, result, error, attempts, durationMs }: StepResult): JsonObject {
  const { value, problem } = carried(result, largestResult)
  const said = { name, status, result: value, error: error ?? null, attempts, duration: durationMs / 1000 }
  return problem === undefined ? said : { ...said, result_problem: problem }
}

function carried(result: unknown, limitBytes: number): { readonly value: JsonValue; readonly problem?: string } {
  const encoded = encodeResult(result, limitBytes)
  return 'value' in encoded ? { value: encoded.value } : { value: null, problem: `The result ${encoded.problem}` }
}
