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

export interface ToolContext {
  /** Aborted when the run is cancelled or the tool's time is up. Nobody waits for a tool after that. */
  readonly signal: AbortSignal
  readonly runId: string
  readonly toolCallId: string
  /** Sends a `tool_progress` event at once. */
  emit(progress: ToolProgress): void
}

export interface ToolDefinition<Output> {
  /** What the model calls it by: 1 to 64 letters, digits, `_` or `-`. */
  readonly name: string
  /** Read by the model: what it does and when to use it. */
  readonly description: string
  /** A zod object schema, or one of any library with Standard Schema and JSON Schema. */
  readonly parameters: ToolSchema<Output>
  /** Gets arguments that fit the schema. What it returns is told to the model; what it throws, too, as a failure. */
  execute(input: Output, context: ToolContext): unknown
  /** Default 60 000. */
  readonly timeoutMs?: number
  /** Largest result as JSON. Default 262 144 (256 KiB). */
  readonly resultBytes?: number
}

/** A tool an agent may use. Made by `defineTool`. */
export interface Tool extends ModelTool {
  readonly timeoutMs: number
  readonly resultBytes: number
  /** The call, checked and ready to run, or what is wrong with its arguments. Nothing runs yet. */
  prepare(input: JsonObject): Promise<{ readonly run: (context: ToolContext) => Promise<unknown> } | { readonly problem: string }>
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
  const { name, description, timeoutMs = 60_000, resultBytes = 256 * 1024 } = definition
  if (!/^[\w-]{1,64}$/.test(name)) throw new ToolError(name, 'The name of a tool must be 1 to 64 letters, digits, "_" or "-"')
  return {
    name,
    description,
    parameters: jsonSchemaOf(name, definition.parameters),
    timeoutMs,
    resultBytes,
    async prepare(input) {
      const checked = await checkInput(definition.parameters, input)
      return 'problem' in checked ? checked : { run: async (context) => definition.execute(checked.value, context) }
    },
  }
}
