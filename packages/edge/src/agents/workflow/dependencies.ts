import { WorkflowError } from '../../errors.ts'
import type { StepOptions } from './step.ts'

/** Throws WorkflowError when a step depends on one that is not there, or in the end on itself. */
export function checkDependencies({ name, steps }: { readonly name: string; readonly steps: readonly StepOptions[] }): void {
  const names = new Set(steps.map((step) => step.name))
  const open = new Map<string, readonly string[]>()
  for (const step of steps) {
    const unknown = step.dependsOn?.find((needed) => !names.has(needed))
    if (unknown !== undefined)
      throw new WorkflowError('dependency_unknown', `Step "${step.name}" depends on "${unknown}", which workflow "${name}" does not have`, { step: step.name })
    open.set(step.name, step.dependsOn ?? [])
  }
  for (let before = -1; open.size !== before; ) {
    before = open.size
    for (const [step, needs] of open) if (!needs.some((needed) => open.has(needed))) open.delete(step)
  }
  const [stuck] = open.keys()
  if (stuck !== undefined) throw new WorkflowError('cycle', `The steps ${circle(stuck, open).join(' → ')} depend on each other in a circle`, { step: stuck })
}

/** Every step that is left waits for another one that is left, so following them must come back to one seen before. */
function circle(start: string, open: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const path: string[] = []
  let at: string | undefined = start
  while (at !== undefined && !path.includes(at)) {
    path.push(at)
    at = open.get(at)?.find((needed) => open.has(needed))
  }
  return at === undefined ? path : [...path.slice(path.indexOf(at)), at]
}
