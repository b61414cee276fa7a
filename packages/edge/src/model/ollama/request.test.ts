import { expect, test } from 'vitest'
import { ProviderError } from '../../errors.ts'
import { ollamaRequest } from './request.ts'

const dialect = { model: 'm', modelOptions: undefined, stream: true }
const messagesOf = (request: Parameters<typeof ollamaRequest>[0]): unknown => ollamaRequest(request, dialect)['messages']

test('a question alone is the smallest request', () => {
  expect(ollamaRequest({ messages: [{ role: 'user', text: 'hi' }] }, dialect)).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    stream: true,
  })
})

test('parameters are options; those of a run win over those of the model; extra stands beside the messages and never replaces ours', () => {
  const parameters = { temperature: 0, maxTokens: 9, topP: 0.5, frequencyPenalty: 1, presencePenalty: -1, stop: ['END'] }
  const extra = { think: true, keep_alive: '5m', options: { seed: 2, top_k: 3 }, stream: false }
  expect(
    ollamaRequest({ messages: [], parameters: { ...parameters, extra } }, { ...dialect, modelOptions: { num_ctx: 8192, seed: 1, temperature: 1 } }),
  ).toEqual({
    think: true,
    keep_alive: '5m',
    model: 'm',
    messages: [],
    options: { num_ctx: 8192, seed: 2, top_k: 3, temperature: 0, num_predict: 9, top_p: 0.5, frequency_penalty: 1, presence_penalty: -1, stop: ['END'] },
    stream: true,
  })
})

test('calls go back as objects, and their results with the name of the tool', () => {
  const toolCalls = [
    { id: 'a', name: 'tide', arguments: '{"port":"Brest"}' },
    { id: 'b', name: 'wind', arguments: '{"port":' },
  ]
  expect(
    messagesOf({
      messages: [
        { role: 'system', text: 'Be kind.' },
        { role: 'assistant', text: 'Look.', toolCalls },
        { role: 'tool', toolCallId: 'a', toolName: 'tide', text: 'high' },
      ],
    }),
  ).toEqual([
    { role: 'system', content: 'Be kind.' },
    {
      role: 'assistant',
      content: 'Look.',
      tool_calls: [
        { id: 'a', function: { name: 'tide', arguments: { port: 'Brest' } } },
        { id: 'b', function: { name: 'wind', arguments: {} } },
      ],
    },
    { role: 'tool', tool_name: 'tide', tool_call_id: 'a', content: 'high' },
  ])
})

test('images go along as bytes; an address is refused, not left out', () => {
  const user = (image: string) => messagesOf({ messages: [{ role: 'user', text: 'what?', images: [image] }] })
  expect(user('data:image/png;base64,AAAA')).toEqual([{ role: 'user', content: 'what?', images: ['AAAA'] }])
  expect(() => user('https://a.example/b.jpg')).toThrow(ProviderError)
})

test('tools are told as functions', () => {
  const tool = { name: 'tide', description: 'Tells.', parameters: { type: 'object' } }
  expect(ollamaRequest({ messages: [], tools: [tool] }, dialect)['tools']).toEqual([{ type: 'function', function: tool }])
})
