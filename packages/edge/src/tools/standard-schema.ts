import { isObject, type JsonObject } from '@agentstream/client/wire'
import * as z from 'zod'
import { ToolError } from '../errors.ts'

/** What we use of Standard Schema (standardschema.dev, version 1): any schema library that can also give a JSON Schema. */
export interface ToolSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    /** Zod's full build has it, its mini build has not, and is translated by zod itself. */
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-07' }) => Record<string, unknown> }
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined }[] }

/** The schema's input as JSON Schema. Throws ToolError when it has no such form, or is not an object. */
export function jsonSchemaOf(toolName: string, schema: ToolSchema): JsonObject {
  const { $schema: _, ...rest } = convert(toolName, schema)
  if (rest['type'] !== 'object') throw new ToolError(toolName, `The parameters of tool "${toolName}" must be an object`)
  // A JSON Schema is JSON by definition; the copy makes sure of it, and drops what a library hides in it.
  const copy: unknown = JSON.parse(JSON.stringify(rest))
  return isObject(copy) ? (copy as JsonObject) : {}
}

function convert(toolName: string, schema: ToolSchema): Record<string, unknown> {
  try {
    const { jsonSchema } = schema['~standard']
    if (jsonSchema) return jsonSchema.input({ target: 'draft-07' })
    if (isZodSchema(schema)) return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
  } catch (cause) {
    throw new ToolError(toolName, `The parameters of tool "${toolName}" have no JSON Schema form`, { cause })
  }
  throw new ToolError(toolName, `The parameters of tool "${toolName}" come from a schema library without JSON Schema (${schema['~standard'].vendor})`)
}

function isZodSchema(schema: unknown): schema is z.core.$ZodType {
  return typeof schema === 'object' && schema !== null && '_zod' in schema
}

const problemsShown = 8

/** The value a schema made of an input, or what does not fit, in words for the model. */
export async function checkInput<Output>(schema: ToolSchema<Output>, input: unknown): Promise<{ value: Output } | { problem: string }> {
  const result = await schema['~standard'].validate(input)
  if (!result.issues) return { value: result.value }
  const problems = result.issues.slice(0, problemsShown).map(({ message, path = [] }) => {
    const place = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
    return place === '' ? message : `${place}: ${message}`
  })
  return { problem: problems.join('; ').slice(0, 1000) }
}
