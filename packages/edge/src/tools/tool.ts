import type { JsonObject } from '@agentstream/client/wire'
import { ToolError } from '../errors.ts'
import type { ModelTool } from '../model/provider.ts'
import { checkInput, jsonSchemaOf, type ToolSchema } from './standard-schema.ts'

/** What a tool may say while it works. Shown live, and not told to the model. */
export interface ToolProgress {
  /** From 0 to 1. */
  readonly progress?: number
  readonly message?: string
  /** Anything JSON can carry. */
  readonly data?: unknown
}

/** The call that a tool is executed for. */
export interface ToolContext {
  /** Aborted when the run is cancelled or the tool's time is up. Nobody waits for a tool after that. */
  readonly signal: AbortSignal
  readonly runId: string
  readonly toolCallId: string
  /** Sends a `tool_progress` event at once. */
  emit(progress: ToolProgress): void
}

/** What a tool may look at when it decides whether a call needs approval. */
export type ApprovalContext = Omit<ToolContext, 'emit'>

/** What a model is told of a tool, and what happens when it is called. */
export interface ToolDefinition<Output> {
  /** What the model calls it by: 1 to 64 letters, digits, `_` or `-`. */
  readonly name: string
  /** Read by the model: what it does and when to use it. */
  readonly description: string
  /** A zod object schema, or one of any library with Standard Schema and JSON Schema. */
  readonly parameters: ToolSchema<Output>
  /** Gets arguments that fit the schema. What it returns is told to the model; what it throws, too, as a failure. */
  execute(input: Output, context: ToolContext): unknown
  /**
   * Whether a person must allow the call before it runs: always, or as the function decides. The run waits until someone
   * answers `POST /runs/:id/approvals/:approval`, and without an answer in time the call is denied. A function that throws
   * lets nothing run. Default false.
   */
  readonly needsApproval?: boolean | ((input: Output, context: ApprovalContext) => boolean | Promise<boolean>)
  /** Default 60 000. */
  readonly timeoutMs?: number
  /** Largest result as JSON. Default 262 144 (256 KiB). */
  readonly resultBytes?: number
}

/** A call whose arguments fit. Nothing has run yet. */
export interface PreparedCall {
  /** Absent when nobody has to be asked. */
  readonly needsApproval?: (context: ApprovalContext) => boolean | Promise<boolean>
  readonly run: (context: ToolContext) => Promise<unknown>
}

/** A tool an agent may use. Made by `defineTool`. */
export interface Tool extends ModelTool {
  readonly timeoutMs: number
  readonly resultBytes: number
  /** The call, checked and ready to run, or what is wrong with its arguments. Nothing runs yet. */
  prepare(input: JsonObject): Promise<PreparedCall | { readonly problem: string }>
}

/**
 * Defines a tool with typed arguments. Throws ToolError for a name no model accepts, or for parameters that are no object
 * or have no JSON Schema form.
 *
 * @example
 * const weather = defineTool({
 *   name: 'weather',
 *   description: 'The weather in a city right now.',
 *   parameters: z.object({ city: z.string() }),
 *   execute: async ({ city }, { signal }) => (await fetch(`https://weather.example/${encodeURIComponent(city)}`, { signal })).json(),
 * })
 */
export function defineTool<Output>(definition: ToolDefinition<Output>): Tool {
  const { name, description, timeoutMs = 60_000, resultBytes = 256 * 1024, needsApproval = false } = definition
  if (!/^[\w-]{1,64}$/.test(name)) throw new ToolError(name, 'The name of a tool must be 1 to 64 letters, digits, "_" or "-"')
  return {
    name,
    description,
    parameters: jsonSchemaOf(name, definition.parameters),
    timeoutMs,
    resultBytes,
    async prepare(input) {
      const checked = await checkInput(definition.parameters, input)
      if ('problem' in checked) return checked
      const run: PreparedCall['run'] = async (context) => definition.execute(checked.value, context)
      if (needsApproval === false) return { run }
      return { run, needsApproval: (context) => (typeof needsApproval === 'function' ? needsApproval(checked.value, context) : needsApproval) }
    },
  }
}
