import { isDeepStrictEqual } from 'node:util'
import type { DawpLimits, DawpWorkflow } from '../src/dawp/dawp-workflow.ts'
import { parseDawp } from '../src/dawp/document.ts'
import { createTriggerMemory, markerLines, type StepOutcome, scannableLines, stepOutcome, withoutThinking } from '../src/dawp/markers.ts'
import { DawpDocumentError } from '../src/errors.ts'

/** Recorded cases of AIECS's own compiler and marker detection, for `scripts/check-recordings.ts`. Each check names what differs. */

export interface DocumentCase {
  readonly id: string
  readonly source: string
  readonly limits: Readonly<Record<string, number>> | null
  readonly expected: { readonly ok: true; readonly workflow: unknown } | { readonly ok: false; readonly code: string; readonly line: number | null }
}

const limitNames: Readonly<Record<string, keyof DawpLimits>> = {
  max_prompts: 'maxPrompts',
  max_iterations_per_prompt: 'maxIterationsPerPrompt',
  max_contract_action_chars: 'maxActionCharacters',
  max_document_bytes: 'maxDocumentBytes',
}

const codes: Readonly<Record<string, readonly string[]>> = {
  'missing-name': ['name_missing'],
  'rejected-placement': ['placement_removed'],
  'missing-trigger': ['trigger_missing'],
  'invalid-trigger': ['trigger_invalid'],
  'unknown-placement': ['placement_unknown'],
  'missing-contract': ['contract_missing'],
  'missing-prompt-marker': ['step_marker_missing'],
  'missing-dawp-marker': ['run_marker_missing'],
  'marker-no-backticks': ['step_marker_token_missing', 'run_marker_token_missing'],
  'invalid-markers': ['marker_invalid', 'markers_equal'],
  'limit-bytes': ['too_many_bytes'],
  'limit-prompts': ['too_many_prompts'],
  'limit-action': ['action_too_long'],
}

export function checkDocument({ source, limits, expected }: DocumentCase): readonly string[] {
  const ours = limits ? Object.fromEntries(Object.entries(limits).map(([name, value]) => [limitNames[name], value])) : undefined
  try {
    const workflow = inTheirWords(parseDawp(source, { compatible: true, ...(ours ? { limits: ours } : {}) }))
    if (!expected.ok) return [`compiled, where ${expected.code} was expected`]
    return isDeepStrictEqual(workflow, expected.workflow) ? [] : [`${JSON.stringify(workflow)} instead of ${JSON.stringify(expected.workflow)}`]
  } catch (error) {
    if (!(error instanceof DawpDocumentError)) throw error
    if (expected.ok) return [error.message]
    if (expected.code === 'crash') return []
    const isSame = codes[expected.code]?.includes(error.problem) && (error.line ?? null) === expected.line
    return isSame ? [] : [`${error.problem} in line ${error.line} instead of ${expected.code} in line ${expected.line}`]
  }
}

function inTheirWords(workflow: DawpWorkflow): unknown {
  const { placement, steps, stepMarker: prompt_marker, runMarker: dawp_marker } = workflow
  return {
    metadata: { name: workflow.id, trigger_hint: workflow.triggerHint ?? null },
    spec: { instruction: workflow.instruction, contract: { action: workflow.action, prompt_marker, dawp_marker }, appendix: workflow.appendix },
    steps: steps.map(({ id, prompt, maxIterations = null }, index) => ({
      id,
      instruction: prompt,
      completion: { type: 'marker', prompt_marker, dawp_marker, is_last: index === steps.length - 1 },
      max_iterations: maxIterations,
    })),
    activations: [
      {
        placement: placement.type === 'pre_main_loop' ? placement : { type: placement.type, dawp_trigger: placement.trigger, trigger_once: placement.once },
        trigger_instruction: workflow.triggerInstruction ?? null,
        merge_back: workflow.mergeBack,
        max_iterations_per_prompt: workflow.maxIterationsPerPrompt ?? null,
        workflow_id: null,
      },
    ],
  }
}

export interface MarkerCase {
  readonly id: string
  readonly text: string
  readonly alreadyVisible?: boolean
  readonly visible?: string
  readonly scannable: readonly string[]
  readonly detected: Readonly<Record<string, boolean>>
  readonly step?: { readonly notLast: string; readonly last: string }
  readonly markers: readonly string[]
}

const outcomes: Readonly<Record<StepOutcome, string>> = { step_done: 'prompt_done', run_done: 'dawp_done', continue: 'continue' }

export function checkMarkers({ text, alreadyVisible, visible, scannable, detected, step, markers }: MarkerCase): readonly string[] {
  const shown = alreadyVisible ? text : withoutThinking(text)
  const [stepMarker = '', runMarker = ''] = markers
  const lines = alreadyVisible ? new Set(scannableLines(text)) : markerLines(text)
  const outcome = (isLast: boolean): string => outcomes[stepOutcome(text, { stepMarker, runMarker, isLast })]
  const views: Readonly<Record<string, readonly [unknown, unknown]>> = {
    visible: [shown, visible ?? shown],
    scannable: [scannableLines(shown), scannable],
    detected: [Object.fromEntries(Object.keys(detected).map((marker) => [marker, lines.has(marker)])), detected],
    step: [step && { notLast: outcome(false), last: outcome(true) }, step],
  }
  return Object.entries(views).flatMap(([name, [ours, theirs]]) => (isDeepStrictEqual(ours, theirs) ? [] : [name]))
}

export interface TriggerCase {
  readonly id: string
  readonly text: string
  readonly trigger: string
  readonly once: boolean
  readonly alreadyFired: boolean
  readonly fires: boolean
  readonly firesAgain: boolean
}

export function checkTrigger({ text, trigger: token, once, alreadyFired, fires, firesAgain }: TriggerCase): readonly string[] {
  const memory = createTriggerMemory()
  if (alreadyFired) memory.fires(token, { token, once })
  const ours = [memory.fires(text, { token, once }), memory.fires(text, { token, once })]
  return isDeepStrictEqual(ours, [fires, firesAgain]) ? [] : [`fires ${ours} instead of ${[fires, firesAgain]}`]
}
