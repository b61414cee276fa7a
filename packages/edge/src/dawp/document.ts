import { DawpDocumentError } from '../errors.ts'
import { type DawpLimits, type DawpPlacement, type DawpStep, type DawpWorkflow, defaultLimits } from './dawp-workflow.ts'
import { readContract, readSections } from './document-sections.ts'
import { readFrontMatter } from './front-matter.ts'
import { isMarker } from './markers.ts'
import { readPromptBlocks, stepId } from './prompt-blocks.ts'
import { isTruthy, pythonInteger, pythonText, strip } from './python-text.ts'

/**
 * The compiler of `*.dawp.md`: text goes in, a workflow comes out, or a DawpDocumentError and never anything else. It knows
 * no agent and no model.
 */

export interface ParseDawpOptions {
  /** Named in errors. */
  readonly path?: string
  /** For documents of unknown origin. Default: none. */
  readonly limits?: DawpLimits
  /**
   * Compiles as AIECS 2.1.2 does: prompts in the appendix are steps too, `max_iterations_per_prompt` is read but not
   * applied, and a document may be without prompts. Default false.
   */
  readonly compatible?: boolean
}

/**
 * Compiles a DAWP document. Throws DawpDocumentError, with the line where it is known. Linear in the document.
 *
 * @example
 * const review = parseDawp(await (await fetch('https://example.com/review.dawp.md')).text())
 */
export function parseDawp(markdown: string, options: ParseDawpOptions = {}): DawpWorkflow {
  try {
    return compile(markdown, options)
  } catch (error) {
    if (!(error instanceof DawpDocumentError) || options.path === undefined) throw error
    throw new DawpDocumentError(error.problem, error.message.replace(/^\d+: /, ''), { path: options.path, line: error.line, cause: error.cause })
  }
}

function compile(source: string, { limits, compatible = false }: ParseDawpOptions): DawpWorkflow {
  const bounds = limits && { ...defaultLimits, ...limits }
  if (bounds) checkBytes(source, bounds.maxDocumentBytes)
  const { fields, body } = readFrontMatter(source)
  const activation = readActivation(fields, source)
  const sections = readSections(body)
  if (sections.contract === '') throw new DawpDocumentError('contract_missing', 'The document has no section "## Contract", or an empty one')
  const { action, stepMarker, runMarker } = readContract(sections.contract, source)
  // "Appendix: never shown to the model." Upstream runs the prompts in it all the same.
  const blocks = readPromptBlocks(body).filter(({ at }) => compatible || at < sections.appendixAt)
  if (blocks.length === 0 && !compatible) throw new DawpDocumentError('prompts_missing', 'The document has no <Prompt N> … </Prompt N>')
  if (bounds) checkSize({ prompts: blocks.length, action }, bounds)
  const cap = stepCap({ stated: activation.maxIterationsPerPrompt, limit: bounds?.maxIterationsPerPrompt, compatible })
  const steps = blocks.map((block): DawpStep => ({ id: stepId(block), prompt: block.text, ...(cap === undefined ? {} : { maxIterations: cap }) }))
  const { instruction, appendix } = sections
  return { ...activation, instruction, action, stepMarker, runMarker, appendix, steps }
}

function stepCap(caps: { stated: number | undefined; limit: number | undefined; compatible: boolean }): number | undefined {
  const { stated, limit, compatible } = caps
  // Upstream stores what the document states and applies the limit of dynamic documents only.
  if (compatible || stated === undefined) return limit
  if (stated < 1) throw new DawpDocumentError('max_iterations_invalid', 'max_iterations_per_prompt must be at least 1')
  return limit === undefined ? stated : Math.min(stated, limit)
}

type Activation = Pick<DawpWorkflow, 'id' | 'placement' | 'triggerInstruction' | 'mergeBack' | 'maxIterationsPerPrompt' | 'triggerHint'>

function readActivation(fields: ReadonlyMap<unknown, unknown>, source: string): Activation {
  const id = strip(optionalText(firstTruthy(fields, 'name', 'Name')) ?? '')
  if (id === '') throw new DawpDocumentError('name_missing', 'The front matter has no name')
  const placement = readPlacement(fields, source)
  const triggerHint = optionalText(firstTruthy(fields, 'trigger_hint', 'trigger', 'Trigger conditions'))
  const triggerInstruction = optionalText(fields.get('trigger_instruction') ?? undefined)
  const maxIterationsPerPrompt = readMaxIterations(fields.get('max_iterations_per_prompt'))
  return {
    id,
    placement,
    mergeBack: readMergeBack(fields.get('merge_back')),
    ...(triggerHint === undefined ? {} : { triggerHint }),
    ...(triggerInstruction === undefined ? {} : { triggerInstruction: strip(triggerInstruction) }),
    ...(maxIterationsPerPrompt === undefined ? {} : { maxIterationsPerPrompt }),
  }
}

function firstTruthy(fields: ReadonlyMap<unknown, unknown>, ...names: readonly string[]): unknown {
  return names.map((name) => fields.get(name)).find(isTruthy)
}

function optionalText(value: unknown): string | undefined {
  return value === undefined ? undefined : pythonText(value)
}

const removedPlacements = ['after_response_index', 'on_tool_result_trigger']

function readPlacement(fields: ReadonlyMap<unknown, unknown>, source: string): DawpPlacement {
  const type = fields.has('placement') ? pythonText(fields.get('placement')) : 'pre_main_loop'
  if (type !== undefined && removedPlacements.includes(type)) {
    const line = source.split('\n').findIndex((text) => text.startsWith('placement:') && strip(text.slice(10)) === type) + 1
    throw new DawpDocumentError('placement_removed', `The placement ${type} was removed; on_response_trigger takes its place`, line > 0 ? { line } : {})
  }
  if (type === 'pre_main_loop') return { type }
  if (type !== 'on_response_trigger') throw new DawpDocumentError('placement_unknown', 'The placement must be pre_main_loop or on_response_trigger')
  const stated = fields.get('dawp_trigger')
  if (!isTruthy(stated)) throw new DawpDocumentError('trigger_missing', 'The placement on_response_trigger needs a dawp_trigger')
  const trigger = strip(pythonText(stated) ?? '')
  if (!isMarker(trigger))
    throw new DawpDocumentError('trigger_invalid', 'A dawp_trigger is capitals, digits and "_" in angle brackets, at most 25 characters: <GO>')
  return { type, trigger, once: fields.has('trigger_once') ? isTruthy(fields.get('trigger_once')) : true }
}

function readMergeBack(value: unknown): 'append' | 'inject_only' {
  if (!isTruthy(value) || value === 'append') return 'append'
  if (value === 'inject_only') return value
  throw new DawpDocumentError('activation_invalid', 'merge_back must be append or inject_only')
}

function readMaxIterations(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const number = pythonInteger(value)
  // A bare ValueError upstream, which fails the whole task.
  if (number === undefined) throw new DawpDocumentError('max_iterations_invalid', 'max_iterations_per_prompt must be a whole number')
  return number
}

function checkBytes(source: string, limit: number): void {
  // A character takes at least one byte, so a long text need not be encoded to be refused.
  const bytes = source.length > limit ? source.length : new TextEncoder().encode(source).byteLength
  if (bytes > limit) throw new DawpDocumentError('too_many_bytes', `The document is larger than the limit of ${limit} bytes`)
}

function checkSize({ prompts, action }: { prompts: number; action: string }, limits: Required<DawpLimits>): void {
  const { maxPrompts, maxActionCharacters } = limits
  if (prompts > maxPrompts) throw new DawpDocumentError('too_many_prompts', `The document has ${prompts} prompts; the limit is ${maxPrompts}`)
  const length = [...action].length
  if (length > maxActionCharacters) throw new DawpDocumentError('action_too_long', `The action has ${length} characters; the limit is ${maxActionCharacters}`)
}
