import * as z from 'zod'
import { WorkflowError } from '../../errors.ts'
import { conditionOf } from './condition.ts'
import { rulesOf, type WorkflowRules } from './rules.ts'
import type { AfterSkipped, StepOptions, StepValue, WorkflowContext } from './step.ts'

/** What a workflow is called, and what a failed step does to its runs. */
export interface WorkflowOptions {
  /** Told in progress events. Default: the name. */
  readonly id?: string
  readonly description?: string
  /**
   * What a failed step that is not `optional` does to the run. `stop` (default): the run fails at once, and what still runs is
   * aborted. `continue`: what does not depend on it still runs, and the run fails in the end.
   */
  readonly onFailure?: 'stop' | 'continue'
  /**
   * Reproduces AgentiCraft's `WorkflowAgent`: three retries without delay, a failed step does not fail the run, what depends
   * on it stays pending, `<step>_result` is always overwritten, unknown options are ignored, text that is no equality test is
   * a condition that holds. Default false.
   */
  readonly compatible?: boolean
}

/** The context a step sees: results it depends on are there, others may be. */
type ContextOf<Results, Needs, After> = WorkflowContext<{
  [Name in keyof Results]: Name extends Needs ? (After extends 'run' ? Results[Name] | undefined : Results[Name]) : Results[Name] | undefined
}>

/** A description of work. It never changes and holds nothing of its runs: any number of them may use it, also at once. */
export interface Workflow<Results = Record<string, unknown>> {
  readonly id: string
  readonly name: string
  readonly description: string | undefined
  readonly compatible: boolean
  readonly onFailure: 'stop' | 'continue'
  readonly steps: readonly StepOptions[]
  /**
   * The same workflow with one step more. Throws WorkflowError for an unknown or impossible option and for a name that is
   * taken. Whether the steps fit together is checked when an agent is made of the workflow.
   */
  step<Name extends string, Returned = unknown, Needs extends keyof Results & string = never, After extends AfterSkipped = 'skip'>(
    options: StepOptions<Name, ContextOf<Results, Needs, After>, Needs, Returned, After>,
  ): Workflow<Results & Record<Name, StepValue<Returned>>>
}

/**
 * Begins a workflow.
 *
 * @example
 * const research = createWorkflow('research')
 *   .step({ name: 'search', handler: async ({ task, signal }) => find(task.description, { signal }) })
 *   .step({ name: 'answer', dependsOn: ['search'], handler: (step, { search_result }) => step.runAgent('writer', search_result.join()) })
 */
export function createWorkflow(name: string, options: WorkflowOptions = {}): Workflow<Record<never, never>> {
  const { id = name, description, onFailure = 'stop', compatible = false } = check(workflowSchema, options, `workflow "${name}"`, {})
  return grow({ id, name, description, onFailure, compatible, steps: [] })
}

type Frame = Omit<Workflow, 'step'>

function grow<Results>(frame: Frame): Workflow<Results> {
  const rules = rulesOf(frame)
  return { ...frame, step: (options) => grow({ ...frame, steps: [...frame.steps, checkedStep(options, { frame, rules })] }) }
}

function checkedStep(options: StepOptions, { frame, rules }: { frame: Frame; rules: WorkflowRules }): StepOptions {
  const { name } = options
  const schema = rules.unknownOptions === 'refuse' ? stepSchema : stepSchema.loose()
  check(schema, options, `step "${name}"`, { step: name })
  if (frame.steps.some((step) => step.name === name))
    throw new WorkflowError('name_taken', `Two steps of workflow "${frame.name}" are named "${name}"`, { step: name })
  const { handler, agent, tool } = options
  if ([handler, agent, tool].filter((one) => one !== undefined).length > 1)
    throw new WorkflowError('option_invalid', `Step "${name}" can have only one of handler, agent and tool`, { step: name })
  conditionOf(options, rules)
  return { ...options }
}

const text = z.string()
const wait = z.number().min(0)
const callable = z.custom<(...given: never[]) => unknown>((value) => typeof value === 'function', 'expected a function')
const named = z.custom<object>((value) => typeof value === 'object' && value !== null && 'name' in value, 'expected a name or an object with one')

const workflowSchema = z.strictObject({
  id: text.optional(),
  description: text.optional(),
  onFailure: z.enum(['stop', 'continue']).optional(),
  compatible: z.boolean().optional(),
})
const stepSchema = z.strictObject({
  name: text.min(1).max(128),
  description: text.optional(),
  handler: z.union([text, callable]).optional(),
  agent: z.union([text, named]).optional(),
  tool: z.union([text, named]).optional(),
  action: z.union([text, callable]).optional(),
  dependsOn: z.array(text).optional(),
  condition: z.union([text, callable]).optional(),
  afterSkipped: z.enum(['skip', 'run']).optional(),
  optional: z.boolean().optional(),
  retries: z.number().int().min(0).optional(),
  backoff: z.strictObject({ firstDelayMs: wait.optional(), maxDelayMs: wait.optional() }).optional(),
  timeoutMs: z.number().positive().optional(),
  parallel: z.boolean().optional(),
  metadata: z.record(text, z.unknown()).optional(),
})

function check<T>(schema: z.ZodType<T>, options: unknown, whose: string, details: { step?: string }): T {
  const { success, data, error } = schema.safeParse(options)
  if (success) return data
  const [issue] = error.issues
  if (issue?.code === 'unrecognized_keys') throw new WorkflowError('option_unknown', `There is no option "${issue.keys[0]}" (${whose})`, details)
  throw new WorkflowError('option_invalid', `The option "${issue?.path.join('.')}" of ${whose} does not fit: ${issue?.message}`, details)
}
