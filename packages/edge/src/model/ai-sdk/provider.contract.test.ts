import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenAICompatible as createOpenAICompatibleV3 } from '@ai-sdk/openai-compatible-v3'
import { describe, expect, test } from 'vitest'
import { providerContract } from '../provider-contract.ts'
import { aiSdk } from './provider.ts'

// As short as can be: their models are slow, and each byte is a place to cut.
const say = (delta: object, finish_reason?: string): string => `data:${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`
const call = (fields: object): object => ({ tool_calls: [{ index: 0, ...fields }] })
const answers = [
  { body: say({ content: 'ü🌍' }) + say({}, 'stop'), text: 'ü🌍' },
  {
    body:
      say({ reasoning: 'Hm', ...call({ id: 'a', function: { name: 'tide', arguments: '{"a":' } }) }) +
      say(call({ function: { arguments: '1}' } }), 'tool_calls'),
    thinking: 'Hm',
    toolCalls: [{ name: 'tide', arguments: { a: 1 } }],
  },
]
const options = { name: 'compatible', baseURL: 'http://localhost:1/v1' }

describe.each([
  ['v4', createOpenAICompatible],
  ['v3', createOpenAICompatibleV3],
])('a model of specification %s', (version, create) => {
  test('is one', () => expect(create(options)('m').specificationVersion).toBe(version))

  providerContract(
    () => ({
      create: ({ fetch, apiKey }) => aiSdk(create({ ...options, fetch, apiKey })('m'), { retry: { attempts: 2, firstDelayMs: 0 } }),
      contentType: 'text/event-stream',
      answers,
    }),
    { test, expect },
  )
})
