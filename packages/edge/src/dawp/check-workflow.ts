import { DawpDocumentError } from '../errors.ts'
import type { DawpWorkflow } from './dawp-workflow.ts'
import { checkMarkers } from './document-sections.ts'
import { isMarker } from './markers.ts'

/** What the compiler sees to, for workflows written in code. Throws DawpDocumentError. */
export function checkWorkflow(workflow: DawpWorkflow, { compatible }: { readonly compatible: boolean }): void {
  const { id, placement, steps } = workflow
  if (id.trim() === '') throw new DawpDocumentError('name_missing', 'The workflow has no id')
  if (placement.type === 'on_response_trigger' && !isMarker(placement.trigger))
    throw new DawpDocumentError('trigger_invalid', 'A trigger is capitals, digits and "_" in angle brackets, at most 25 characters: <GO>')
  checkMarkers(workflow)
  if (compatible) return
  if (steps.length === 0) throw new DawpDocumentError('prompts_missing', 'The workflow has no steps')
  if (steps.some(({ maxIterations = 1 }) => !Number.isInteger(maxIterations) || maxIterations < 1))
    throw new DawpDocumentError('max_iterations_invalid', 'maxIterations must be a whole number of at least 1')
}
