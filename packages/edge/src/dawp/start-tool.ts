import type { JsonObject } from '@agentstream/client/wire'
import { DawpDocumentError, ToolError } from '../errors.ts'
import type { Tool } from '../tools/tool.ts'
import type { PendingDawpRun } from './dawp-run.ts'
import { type DawpLimits, type DawpWorkflow, defaultLimits } from './dawp-workflow.ts'
import { parseDawp } from './document.ts'

/** `dawp_start`: how the model itself starts a run. Arguments go in, an acknowledgement or a refusal comes out. */

export const startToolName = 'dawp_start'
/** What it was called before; upstream still carries these out, and offers them to nobody. */
export const formerStartToolNames: readonly string[] = ['dawp_run', 'dawp_publish_workflow']
export const startToolNames: ReadonlySet<string> = new Set([startToolName, ...formerStartToolNames])

export interface StartContext {
  /** Whether a run is under way: runs do not nest. */
  readonly hasOpenDawpRun: () => boolean
  /** Undefined before the loop. */
  readonly remaining: () => number | undefined
  /** By id; the first is the primary one. Dynamic ones are added. */
  readonly workflows: Map<string, DawpWorkflow>
  /** Ids of the configured ones, which a model may not redefine. */
  readonly configured: ReadonlySet<string>
  /** Configured documents by their path. */
  readonly documents: ReadonlyMap<string, DawpWorkflow>
  readonly limits: DawpLimits | undefined
  readonly compatible: boolean
  enqueue(dawpRun: PendingDawpRun): string | undefined
}

type Source = PendingDawpRun['source']
type Chosen = { readonly workflow: DawpWorkflow; readonly source: Source } | { readonly refusal: string }

/** Decides about a start. The first rule that applies wins; their order is upstream's. */
export function startDawpRun(input: JsonObject, context: StartContext): JsonObject {
  const chosen = context.hasOpenDawpRun() ? { refusal: 'A workflow run is under way, and runs do not nest' } : choose(input, context)
  if ('refusal' in chosen) return rejected(chosen.refusal)
  const { workflow, source } = chosen
  context.workflows.set(workflow.id, workflow)
  const refusal = context.enqueue({ workflow, source, placement: 'inline', trigger: 'tool', mergeBack: 'append', abortMain: false })
  if (refusal !== undefined) return rejected(refusal)
  return { status: 'accepted', workflow_id: workflow.id, workflow_source: source, suppress_from_llm: true }
}

export function rejected(reason: string): JsonObject {
  return { status: 'rejected', reason }
}

function choose(input: JsonObject, context: StartContext): Chosen {
  if (input['workflow_source'] === 'static') return chooseStatic(input, context)
  if (input['workflow_source'] === 'dynamic') return chooseDynamic(input, context)
  return { refusal: 'workflow_source must be "static" or "dynamic"' }
}

function chooseStatic(input: JsonObject, { documents, workflows }: StartContext): Chosen {
  const path = textOf(input['document_path'])
  const id = textOf(input['workflow_id'])
  if (path !== undefined) {
    const workflow = documents.get(path)
    if (!workflow) return { refusal: 'There is no such document' }
    return id === undefined || id === workflow.id ? { workflow, source: 'static' } : { refusal: 'The document holds another workflow' }
  }
  const [primary] = workflows.values()
  const workflow = id === undefined ? primary : workflows.get(id)
  if (!workflow) return { refusal: id === undefined ? 'There is no workflow to start' : 'There is no such workflow' }
  return { workflow, source: 'static' }
}

function chooseDynamic(input: JsonObject, context: StartContext): Chosen {
  const content = textOf(input['document_content'])
  if (content === undefined) return { refusal: 'document_content is missing' }
  const floor = context.limits?.requireRemainingBudget ?? defaultLimits.requireRemainingBudget
  const remaining = context.remaining()
  if (remaining !== undefined && remaining < floor) return { refusal: `Such a run needs ${floor} turns left, and there are ${remaining}` }
  return compileDynamic(content, context)
}

function compileDynamic(content: string, { limits = {}, compatible, configured }: StartContext): Chosen {
  // Upstream applies limits only where some are configured. What a model wrote is always held to them here.
  const isLimited = !compatible || Object.keys(limits).length > 0
  try {
    const workflow = parseDawp(content, { compatible, ...(isLimited ? { limits } : {}) })
    if (!compatible && configured.has(workflow.id)) return { refusal: 'The name of the document is taken by a configured workflow' }
    return { workflow, source: 'dynamic' }
  } catch (error) {
    if (!(error instanceof DawpDocumentError)) throw error
    return { refusal: error.message }
  }
}

/** Models state what they leave out as null or as nothing. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

const text = (description: string): JsonObject => ({ type: 'string', description })

const parameters: JsonObject = {
  type: 'object',
  properties: {
    workflow_source: { type: 'string', enum: ['static', 'dynamic'], description: 'static: a workflow that exists. dynamic: one you write yourself.' },
    workflow_id: text('For static: which one. Without it the first.'),
    document_path: text('For static: the document to take it from, instead of workflow_id.'),
    document_content: text('For dynamic: the document, as *.dawp.md with front matter, "## Contract" and <Prompt N> blocks.'),
  },
  required: ['workflow_source'],
}

/** The tool under one of its names. Where it is not allowed it fails, as upstream ships it. */
export function startTool(name: string, { context, isAllowed }: { readonly context: StartContext; readonly isAllowed: boolean }): Tool {
  const known = [...context.configured].map((id) => `"${id}"`).join(', ')
  return {
    name,
    description:
      'Starts a structured workflow: prompts you are then led through one by one. It must be the only call of its turn.' +
      (known === '' ? '' : ` Workflows that exist: ${known}.`),
    parameters,
    timeoutMs: 60_000,
    resultBytes: 16 * 1024,
    async prepare(input) {
      return {
        async run() {
          if (!isAllowed) throw new ToolError(name, `"${name}" is not among the tools this agent may use`)
          return startDawpRun(input, context)
        },
      }
    },
  }
}
