import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenAICompatible as createOpenAICompatibleV3 } from '@ai-sdk/openai-compatible-v3'
import { describe, expect, test } from 'vitest'
import { providerContract } from '../provider-contract.ts'
import { aiSdk } from './provider.ts'

// Short, as each byte of it is a place to cut.
const say = (delta: object, finish?: string): string => `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`
const call = (fields: object): string => say({ tool_calls: [{ index: 0, ...fields }] })
const done = 'data: [DONE]\n\n'
const answers = [
  { body: `${say({ content: 'Grüße 🌍' })}${say({}, 'stop')}${done}`, text: 'Grüße 🌍' },
  {
    body: `${say({ reasoning: 'Hm.' })}${call({ id: 'a', function: { name: 'tide', arguments: '{"port":' } })}${call({ function: { arguments: '"Brest"}' } })}${say({}, 'tool_calls')}${done}`,
    thinking: 'Hm.',
    toolCalls: [{ name: 'tide', arguments: { port: 'Brest' } }],
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
