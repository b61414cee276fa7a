/** Where workflows differ from AgentiCraft's, as one table: what we do, and what its `WorkflowAgent` does. */
export interface WorkflowRules {
  /** A step option that does not exist. */
  readonly unknownOptions: 'refuse' | 'ignore'
  /** A step without anything to do, or whose handler nobody registered. */
  readonly nothingToDo: 'refuse' | 'default_text'
  /** A text condition that is no comparison. */
  readonly otherConditions: 'refuse' | 'true'
  /** What stands at `<step>_result` when the handler itself put a value there. */
  readonly storedResult: 'keep' | 'overwrite'
  /** Which entries of the context an agent is told with its action. */
  readonly told: 'results' | 'keys_with_name'
  /** Whether the run works on the caller's context or on a copy. */
  readonly context: 'copy' | 'same'
  /** How a step ends that waited for one that did not complete. */
  readonly blocked: 'skipped' | 'pending'
  /** Whether a step that succeeds in the end forgets its earlier failures. */
  readonly errorOfSuccess: 'forget' | 'keep'
  /** What a skipped step has for a result. */
  readonly skippedResult: string | null
  readonly retries: number
  readonly firstDelayMs: number
}

export const ownRules: WorkflowRules = {
  unknownOptions: 'refuse',
  nothingToDo: 'refuse',
  otherConditions: 'refuse',
  storedResult: 'keep',
  told: 'results',
  context: 'copy',
  blocked: 'skipped',
  errorOfSuccess: 'forget',
  skippedResult: null,
  retries: 0,
  firstDelayMs: 500,
}

/** AgentiCraft 0.2.0-alpha, `agents/workflow.py`, as run. */
export const upstreamRules: WorkflowRules = {
  unknownOptions: 'ignore',
  nothingToDo: 'default_text',
  otherConditions: 'true',
  storedResult: 'overwrite',
  told: 'keys_with_name',
  context: 'same',
  blocked: 'pending',
  errorOfSuccess: 'keep',
  skippedResult: 'Skipped: its condition does not hold',
  retries: 3,
  firstDelayMs: 0,
}

export function rulesOf({ compatible }: { readonly compatible: boolean }): WorkflowRules {
  return compatible ? upstreamRules : ownRules
}
