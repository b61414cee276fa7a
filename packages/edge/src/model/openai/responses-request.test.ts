import { expect, test } from 'vitest'
import { responsesRequest } from './responses-request.ts'

const dialect = { model: 'm', stream: true }

test('a question alone is the smallest request', () => {
  expect(responsesRequest({ messages: [{ role: 'user', text: 'hi' }] }, dialect)).toEqual({
    model: 'm',
    input: [{ role: 'user', content: 'hi' }],
    stream: true,
  })
})

test('parameters have the names of this API; what it does not know is left out; extra never replaces ours', () => {
  const parameters = { temperature: 0, maxTokens: 9, topP: 0.5, frequencyPenalty: 1, presencePenalty: 1, stop: ['END'] }
  const extra = { reasoning: { summary: 'auto' }, store: false, model: 'other' }
  expect(responsesRequest({ messages: [], parameters: { ...parameters, extra } }, dialect)).toEqual({
    reasoning: { summary: 'auto' },
    store: false,
    temperature: 0,
    max_output_tokens: 9,
    top_p: 0.5,
    model: 'm',
    input: [],
    stream: true,
  })
})

test('calls and their results are items of their own, after the reasoning that led to them', () => {
  const reasoning = { type: 'reasoning', id: 'rs', encrypted_content: 'opaque', summary: [] }
  const toolCalls = [{ id: 'call_a', name: 'tide', arguments: '{"port":' }]
  const messages = [
    { role: 'system', text: 'Be kind.' },
    { role: 'assistant', text: 'Look.', toolCalls, providerData: { 'openai-responses': [reasoning, 'nonsense'], anthropic: [{ type: 'thinking' }] } },
    { role: 'tool', toolCallId: 'call_a', toolName: 'tide', text: 'high' },
    { role: 'assistant', text: '', toolCalls: [] },
  ] as const
  expect(responsesRequest({ messages }, dialect)['input']).toEqual([
    { role: 'system', content: 'Be kind.' },
    reasoning,
    { role: 'assistant', content: 'Look.' },
    { type: 'function_call', call_id: 'call_a', name: 'tide', arguments: '{}' },
    { type: 'function_call_output', call_id: 'call_a', output: 'high' },
  ])
})

test('images come after the text, where there is one', () => {
  const image = { type: 'input_image', image_url: 'https://a.example/b.jpg' }
  const input = (text: string) => responsesRequest({ messages: [{ role: 'user', text, images: [image.image_url] }] }, dialect)['input']
  expect(input('what?')).toEqual([{ role: 'user', content: [{ type: 'input_text', text: 'what?' }, image] }])
  expect(input('')).toEqual([{ role: 'user', content: [image] }])
})

test('tools are not strict, because their schemas may have optional members', () => {
  const tool = { name: 'tide', description: 'Tells.', parameters: { type: 'object' } }
  expect(responsesRequest({ messages: [], tools: [tool] }, dialect)['tools']).toEqual([{ type: 'function', strict: false, ...tool }])
})
