import { expect, test } from 'vitest'
import * as z from 'zod'
import { anthropic } from '../model/anthropic/provider.ts'
import { openai } from '../model/openai/provider.ts'
import type { StreamingProvider } from '../model/provider.ts'
import { defineTool } from '../tools/tool.ts'
import { createToolbox } from '../tools/toolbox.ts'
import { createBudget } from './budget.ts'
import { createEmit } from './emit.ts'
import { runLoop } from './loop.ts'
import { createCallIds } from './tool-call-assembly.ts'

// What a model wants back with its next question goes through the loop untouched.

const wire = (...events: readonly object[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')

/** Two turns: one with a call, one with an answer. Gives what the model was sent the second time. */
async function secondRequest(make: (fetch: typeof globalThis.fetch) => StreamingProvider, answers: readonly string[]): Promise<unknown> {
  const sent: unknown[] = []
  const provider = make(async (_, init = {}) => new Response(answers[sent.push(JSON.parse(String(init.body))) - 1]))
  const tide = defineTool({ name: 'tide', description: 'Tells.', parameters: z.object({ port: z.string() }), execute: () => 'high' })
  const loop = runLoop({
    provider,
    messages: [{ role: 'user', text: 'Tides?' }],
    toolbox: createToolbox([tide]),
    policy: { narrate: false, afterTools: 'ask_again', parallelTools: true, toolFailureLimit: 2 },
    budget: createBudget(5),
    runId: 'r',
    signal: new AbortController().signal,
    emit: createEmit(),
    claimId: createCallIds(),
  })
  for await (const _ of loop);
  return sent[1]
}

test('Anthropic gets its signed thinking back, before the call it led to', async () => {
  const block = (index: number, content_block: object, ...deltas: object[]): object[] => [
    { type: 'content_block_start', index, content_block },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ]
  const turn = (stop_reason: string, ...blocks: object[]): string =>
    wire({ type: 'message_start', message: {} }, ...blocks, { type: 'message_delta', delta: { stop_reason } }, { type: 'message_stop' })
  const thinking = block(0, { type: 'thinking' }, { type: 'thinking_delta', thinking: 'Hm.' }, { type: 'signature_delta', signature: 'sig' })
  const call = block(1, { type: 'tool_use', id: 'toolu_1', name: 'tide' }, { type: 'input_json_delta', partial_json: '{"port":"Brest"}' })
  const answers = [turn('tool_use', ...thinking, ...call), turn('end_turn', ...block(0, { type: 'text', text: 'High.' }))]
  expect(await secondRequest((fetch) => anthropic({ model: 'm', fetch }), answers)).toMatchObject({
    messages: [
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'tool_use', id: 'toolu_1', name: 'tide', input: { port: 'Brest' } },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'high' }] },
    ],
  })
})

test('OpenAI gets its encrypted reasoning back, before the call it led to', async () => {
  const reasoning = { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'opaque' }
  const call = { type: 'function_call', id: 'fc', call_id: 'call_a', name: 'tide', arguments: '{"port":"Brest"}' }
  const message = { type: 'message', content: [{ type: 'output_text', text: 'High.' }] }
  const turn = (...output: object[]): string => wire({ type: 'response.completed', response: { output } })
  expect(await secondRequest((fetch) => openai({ model: 'm', api: 'responses', fetch }), [turn(reasoning, call), turn(message)])).toMatchObject({
    input: [
      { role: 'user' },
      reasoning,
      { type: 'function_call', call_id: 'call_a', name: 'tide', arguments: '{"port":"Brest"}' },
      { type: 'function_call_output', call_id: 'call_a', output: 'high' },
    ],
  })
})
