import type { StepOptions } from './step.ts'

/** What `toMermaid` needs to know of a workflow. */
export interface DrawnWorkflow {
  readonly steps: readonly Pick<StepOptions, 'name' | 'dependsOn' | 'condition' | 'optional'>[]
}

/** How far steps are: the steps of a WorkflowResult, or of a client's `RunState`. */
export type DrawnState = readonly { readonly name: string; readonly status: string }[]

const colours = {
  pending: 'fill:#f4f4f5,stroke:#a1a1aa,color:#27272a',
  running: 'fill:#dbeafe,stroke:#2563eb,color:#1e3a8a',
  completed: 'fill:#dcfce7,stroke:#16a34a,color:#14532d',
  failed: 'fill:#fee2e2,stroke:#dc2626,color:#7f1d1d',
  skipped: 'fill:#ffffff,stroke:#a1a1aa,color:#52525b,stroke-dasharray:4',
  cancelled: 'fill:#fef3c7,stroke:#d97706,color:#78350f',
}
type Status = keyof typeof colours

/**
 * A workflow as a Mermaid flow chart: one box per step, a hexagon where a condition decides, an arrow per dependency. With a
 * state, every step has its status as its class, and a colour.
 */
export function toMermaid({ steps }: DrawnWorkflow, state?: DrawnState): string {
  const ids = new Map(steps.map(({ name }, index) => [name, `step${index}`]))
  // A step may have run before: its last entry counts.
  const statuses = new Map(state?.map(({ name, status }) => [name, statusOf(status)]))
  const boxes = steps.map((step) => `  ${ids.get(step.name)}${box(step)}${state ? `:::${statuses.get(step.name) ?? 'pending'}` : ''}`)
  const arrows = steps.flatMap(({ name, dependsOn = [] }) =>
    dependsOn.filter((needed) => ids.has(needed)).map((needed) => `  ${ids.get(needed)} --> ${ids.get(name)}`),
  )
  const classes = state ? Object.entries(colours).map(([status, style]) => `  classDef ${status} ${style}`) : []
  return ['flowchart TD', ...boxes, ...arrows, ...classes].join('\n')
}

function box({ name, condition }: Pick<StepOptions, 'name' | 'condition'>): string {
  const label = `"${escaped(name)}"`
  return condition === undefined ? `[${label}]` : `{{${label}}}`
}

/** Names are anyone's text; what could end the label, or start markup in it, is written as Mermaid's entity codes. */
function escaped(name: string): string {
  return name.replace(/\s+/g, ' ').replace(/["#&<>`\\;[\]{}()|]/g, (character) => `#${character.codePointAt(0)};`)
}

function statusOf(status: string): Status {
  if (status === 'done') return 'completed'
  if (status === 'abandoned') return 'cancelled'
  return Object.hasOwn(colours, status) ? (status as Status) : 'pending'
}
