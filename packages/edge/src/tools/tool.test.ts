import { describe, expect, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { ToolError } from '../errors.ts'
import type { ToolSchema } from './standard-schema.ts'
import { defineTool, type ToolContext } from './tool.ts'
import { createToolbox, modelTools } from './toolbox.ts'

const context: ToolContext = { signal: new AbortController().signal, runId: 'r', toolCallId: 'c', emit: () => {} }
const tideSchema = z.object({ port: z.string().describe('A harbour'), days: z.number().int().default(1) })
const tide = defineTool({ name: 'tide', description: 'Tides.', parameters: tideSchema, execute: ({ port, days }) => `${port} ${days}` })
const named = (name: string) => defineTool({ name, description: '', parameters: z.object({}), execute: () => name })

async function run(tool: typeof tide, input: Record<string, never> | object): Promise<unknown> {
  const prepared = await tool.prepare(JSON.parse(JSON.stringify(input)))
  return 'run' in prepared ? prepared.run(context) : prepared
}

describe('defining a tool', () => {
  test('gives execute the output of the schema, typed', async () => {
    defineTool({
      name: 'typed',
      description: '',
      parameters: tideSchema,
      execute: (input, given) => {
        expectTypeOf(input).toEqualTypeOf<{ port: string; days: number }>()
        expectTypeOf(given).toEqualTypeOf<ToolContext>()
      },
    })
    expect(await run(tide, { port: 'Brest' })).toBe('Brest 1')
  })

  test('tells the model the input of the schema, with descriptions, and nothing else', () => {
    expect(tide.parameters).toEqual({
      type: 'object',
      properties: {
        port: { type: 'string', description: 'A harbour' },
        days: { type: 'integer', default: 1, minimum: expect.any(Number), maximum: expect.any(Number) },
      },
      required: ['port'],
    })
  })

  test('names what does not fit', async () => {
    expect(await run(tide, { port: 5, days: 'x' })).toEqual({ problem: expect.stringMatching(/^port: .*string.*; days: .*number/) })
  })

  test('takes zod mini, and any library with Standard Schema and JSON Schema', async () => {
    const fromMini = defineTool({ name: 'a', description: '', parameters: mini.object({ port: mini.string() }), execute: ({ port }) => port })
    expect(await run(fromMini, { port: 'Brest' })).toBe('Brest')
    const foreign: ToolSchema<{ port: string }> = {
      '~standard': {
        version: 1,
        vendor: 'foreign',
        validate: async (value) => (JSON.stringify(value) === '{}' ? { issues: [{ message: 'missing', path: [{ key: 'port' }] }] } : { value: { port: 'x' } }),
        jsonSchema: { input: () => ({ $schema: 'draft', type: 'object', properties: {} }) },
      },
    }
    const tool = defineTool({ name: 'b', description: '', parameters: foreign, execute: ({ port }) => port })
    expect([tool.parameters, await run(tool, { a: 1 }), await run(tool, {})]).toEqual([{ type: 'object', properties: {} }, 'x', { problem: 'port: missing' }])
  })

  test.each([
    ['a name no model accepts', 'two words', z.object({})],
    ['an empty name', '', z.object({})],
    ['parameters that are no object', 'a', z.string()],
    ['parameters without a JSON form', 'a', z.object({ at: z.date() })],
    ['a library without JSON Schema', 'a', { '~standard': { version: 1 as const, vendor: 'x', validate: (value: unknown) => ({ value }) } }],
  ])('refuses %s', (_, name, parameters: ToolSchema) => {
    expect(() => defineTool({ name, description: '', parameters, execute: () => 1 })).toThrow(ToolError)
  })
})

describe('a toolbox', () => {
  test('X18, X8: finds a tool by its exact name, and nothing a prototype has', () => {
    const box = createToolbox([tide, named('constructor'), named('__proto__')])
    expect(['tide', 'constructor', '__proto__', 'toString', 'Tide', 'tide ', 'hasOwnProperty'].map((name) => box.get(name)?.name)).toEqual([
      'tide',
      'constructor',
      '__proto__',
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  test('can do without some tools, and refuses two of one name', () => {
    const box = createToolbox([tide, named('wind')])
    expect(modelTools(box.without(new Set(['tide']))).map(({ name }) => name)).toEqual(['wind'])
    expect(modelTools(box)).toHaveLength(2)
    expect(() => createToolbox([tide, tide])).toThrow('Two tools are named "tide"')
  })
})
