import { describe, expect, test } from 'vitest'
import { providerContract } from '../provider-contract.ts'
import { openai } from './provider.ts'

const wire = (...frames: readonly unknown[]): string => frames.map((frame) => `data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n\n`).join('')
const say = (delta: object, finish: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] })
const call = (fields: object) => say({ tool_calls: [{ index: 0, ...fields }] })
const chat = [
  { body: wire(say({ content: 'Grüße 🌍' }), say({}, 'stop'), '[DONE]'), text: 'Grüße 🌍' },
  {
    body: wire(
      say({ reasoning: 'Hm.' }),
      call({ id: 'a', function: { name: 'tide', arguments: '{"port":' } }),
      call({ function: { arguments: '"Brest"}' } }),
      say({}, 'tool_calls'),
      '[DONE]',
    ),
    thinking: 'Hm.',
    toolCalls: [{ name: 'tide', arguments: { port: 'Brest' } }],
  },
]

const item = { type: 'function_call', id: 'fc', call_id: 'a', name: 'tide', arguments: '' }
const responses = [
  {
    body: wire(
      { type: 'response.created', response: { status: 'in_progress' } },
      { type: 'response.output_text.delta', output_index: 0, delta: 'Grüße 🌍' },
      { type: 'response.completed', response: { status: 'completed', usage: { input_tokens: 3, output_tokens: 9 } } },
    ),
    text: 'Grüße 🌍',
  },
  {
    body: wire(
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'Hm.' },
      { type: 'response.output_item.added', output_index: 1, item },
      { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"port":' },
      { type: 'response.function_call_arguments.delta', output_index: 1, delta: '"Brest"}' },
      { type: 'response.output_item.done', output_index: 1, item: { ...item, arguments: '{"port":"Brest"}' } },
      { type: 'response.completed', response: { status: 'completed' } },
    ),
    thinking: 'Hm.',
    toolCalls: [{ name: 'tide', arguments: { port: 'Brest' } }],
  },
]

describe.each([
  ['chat', chat],
  ['responses', responses],
] as const)('openai with the api %s', (api, answers) => {
  providerContract(
    () => ({
      create: (options) => openai({ ...options, api, model: 'm', retry: { attempts: 2, firstDelayMs: 0 } }),
      contentType: 'text/event-stream',
      answers,
    }),
    { test, expect },
  )
})
