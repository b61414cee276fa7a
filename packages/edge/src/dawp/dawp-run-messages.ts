import type { DawpStep, DawpWorkflow } from './dawp-workflow.ts'
import { splitLines, strip } from './python-text.ts'

/** What the model is told by a run, word for word. Tools look for the heads in brackets; the rest is ours to word. */

export interface StepPlace {
  readonly workflow: DawpWorkflow
  readonly step: DawpStep
  readonly index: number
}

const isLastStep = ({ workflow, index }: StepPlace): boolean => index === workflow.steps.length - 1

/** The marker a step is asked for. */
export function markerOf(place: StepPlace): string {
  return isLastStep(place) ? place.workflow.runMarker : place.workflow.stepMarker
}

const headOf = ({ step, index }: StepPlace): string => `[DAWP prompt ${index}: ${step.id}]`

export function stepPrompt(place: StepPlace): string {
  const { workflow, step } = place
  const parts = [headOf(place), workflow.action, step.prompt]
  if (step.completion === 'no_tool_calls') return parts.join('\n\n')
  return [...parts, `---\nOnce all of this is done, and not before, print the next line alone, neither quoted nor in a code block:\n${markerOf(place)}`].join(
    '\n\n',
  )
}

/** After an answer that did not say it was done. */
export function reminder(place: StepPlace): string {
  return `${headOf(place)} is not marked as done. Go on with it. Once all of it is done, print the next line alone:\n${markerOf(place)}`
}

const longestLine = 120

/** How a step is named in the hand-off. */
export function stepTitle({ id, prompt }: DawpStep): string {
  // More than enough characters to cut from, so that a huge line is not taken apart.
  const characters = [...strip(splitLines(strip(prompt))[0] ?? '').slice(0, 2 * longestLine + 2)]
  const line = characters.length > longestLine ? `${characters.slice(0, 117).join('')}...` : characters.join('')
  return line === '' || line.toLowerCase() === id.toLowerCase() ? id : `${id} — ${line}`
}

export type DawpRunFailure = {
  readonly stepIndex: number
} & (
  | { readonly reason: 'turns_used_up' | 'no_budget_before' | 'no_budget_during' }
  /** `said`: by whom and why. */
  | { readonly reason: 'cancelled'; readonly said: string }
)

const reasons: Readonly<Record<Exclude<DawpRunFailure['reason'], 'cancelled'>, string>> = {
  turns_used_up: 'the step used all its turns without printing its completion marker',
  no_budget_before: 'the task had no turns left for the step',
  no_budget_during: 'the turns of the task were used up during the step',
}

/** What the main loop is told about a run that failed. */
export function handoff(workflow: DawpWorkflow, { failure, completed }: { failure: DawpRunFailure; completed: readonly DawpStep[] }): string {
  const bullets = (steps: readonly DawpStep[]): string => steps.map((step) => `- ${stepTitle(step)}`).join('\n')
  return [
    `[DAWP RUN INCOMPLETE: ${workflow.id}]`,
    `The workflow ended before it was complete.\nReason: ${failure.reason === 'cancelled' ? `it was ${failure.said}` : reasons[failure.reason]}.`,
    ...(completed.length > 0 ? [`Completed:\n${bullets(completed)}`] : []),
    `Not completed:\n${bullets(workflow.steps.slice(failure.stepIndex))}`,
    'Decide how to go on with the task.',
  ].join('\n\n')
}

/** The note that a run is complete. */
export function completionNote({ id }: DawpWorkflow): string {
  return `[DAWP ${id}: run complete]`
}
