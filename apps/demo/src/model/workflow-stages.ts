/**
 * Enters: the plan of a workflow and how its steps stand. Leaves: stages from top to bottom; steps of one stage wait for the
 * same things, and run side by side.
 */
import type { RunState, StepState, ToolPart } from '@agentstream/client'

export interface PlannedStep {
  readonly name: string
  readonly description: string
  readonly dependsOn: readonly string[]
  readonly tool?: string | undefined
}

export interface ShownStep extends PlannedStep {
  readonly status: StepState['status'] | 'waiting' | 'not run'
  /** Calls of its tool, while and after it works. */
  readonly calls: readonly ToolPart[]
}

export type Stage = readonly ShownStep[]

type Shown = Pick<RunState, 'steps' | 'main' | 'timing'>

export function stagesOf(plan: readonly PlannedStep[], state: Shown): readonly Stage[] {
  const depths = new Map<string, number>()
  const stages: ShownStep[][] = []
  // Steps stand after those they depend on, as a plan that was accepted always does.
  for (const step of inOrder(plan)) {
    const depth = Math.max(-1, ...step.dependsOn.map((name) => depths.get(name) ?? -1)) + 1
    depths.set(step.name, depth)
    const stage = stages[depth]
    if (stage) stage.push(shown(step, state))
    else stages[depth] = [shown(step, state)]
  }
  return stages
}

function inOrder(plan: readonly PlannedStep[]): readonly PlannedStep[] {
  const done = new Set<string>()
  const ordered: PlannedStep[] = []
  for (const _ of plan) {
    const ready = plan.filter(({ name, dependsOn }) => !done.has(name) && dependsOn.every((other) => done.has(other)))
    for (const step of ready) {
      done.add(step.name)
      ordered.push(step)
    }
  }
  return ordered
}

function shown(step: PlannedStep, { steps, main, timing }: Shown): ShownStep {
  const status = steps.findLast(({ name }) => name === step.name)?.status ?? (timing.endedAt === undefined ? 'waiting' : 'not run')
  const calls = main.parts.filter((part): part is ToolPart => part.kind === 'tool' && part.toolName === step.tool)
  return { ...step, status, calls }
}

/** What the steps do not show themselves: texts, and calls of nobody's tool. */
export function besideSteps(plan: readonly PlannedStep[], main: RunState['main']): RunState['main'] {
  const tools = new Set(plan.map(({ tool }) => tool))
  return { ...main, parts: main.parts.filter((part) => part.kind !== 'tool' || !tools.has(part.toolName)) }
}

/** The plan, where it is the one of these steps; else the steps in the order they began. */
export function planFor(plan: readonly PlannedStep[], { steps }: Pick<RunState, 'steps'>): readonly PlannedStep[] {
  if (steps.every(({ name }) => plan.some((step) => step.name === name))) return plan
  const names = [...new Set(steps.map(({ name }) => name))]
  return names.map((name, position) => ({ name, description: '', dependsOn: names.slice(Math.max(0, position - 1), position) }))
}
