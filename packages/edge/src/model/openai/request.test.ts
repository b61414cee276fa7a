import { expect, test } from 'vitest'
import type { Message } from '../messages.ts'
import { openaiRequest } from './request.ts'

const dialect = { model: 'm', maxTokensName: 'max_tokens', includeUsage: true } as const
const user: Message = { role: 'user', text: 'Hi' }
const messagesOf = (...messages: Message[]) => openaiRequest({ messages }, dialect)['messages']

test('a plain request streams and asks for usage', () => {
  expect(openaiRequest({ messages: [{ role: 'system', text: 'Be brief.' }, user] }, dialect)).toEqual({
    model: 'm',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ],
    stream: true,
    stream_options: { include_usage: true },
  })
  expect(openaiRequest({ messages: [user] }, { ...dialect, includeUsage: false })).not.toHaveProperty('stream_options')
})

test('asked not to stream, it does not ask for usage either, which comes anyway', () => {
  expect(openaiRequest({ messages: [user] }, { ...dialect, stream: false })).toEqual({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: false })
})

test('parameters take their wire names; what is absent stays absent', () => {
  const parameters = { temperature: 0, maxTokens: 5, topP: 0.5, frequencyPenalty: 1, presencePenalty: 2, stop: ['x'] }
  expect(openaiRequest({ messages: [user], parameters }, dialect)).toMatchObject({
    temperature: 0,
    max_tokens: 5,
    top_p: 0.5,
    frequency_penalty: 1,
    presence_penalty: 2,
    stop: ['x'],
  })
  expect(openaiRequest({ messages: [user], parameters }, { ...dialect, maxTokensName: 'max_completion_tokens' })).toMatchObject({ max_completion_tokens: 5 })
})

test('extra members are passed on, but never replace the model, the messages, the tools or the streaming', () => {
  const extra = { seed: 7, model: 'other', messages: [], stream: false, stream_options: null }
  expect(openaiRequest({ messages: [user], parameters: { extra } }, dialect)).toMatchObject({
    seed: 7,
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
    stream: true,
    stream_options: { include_usage: true },
  })
})

test('X8: an extra member named __proto__ pollutes nothing', () => {
  openaiRequest({ messages: [user], parameters: { extra: JSON.parse('{"__proto__":{"polluted":true}}') } }, dialect)
  expect({}).not.toHaveProperty('polluted')
})

test('images become parts', () => {
  expect(messagesOf({ role: 'user', text: 'See', images: ['https://a.example/b.png'] })).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image_url', image_url: { url: 'https://a.example/b.png' } },
      ],
    },
  ])
  const alone = [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }]
  expect(messagesOf({ role: 'user', text: '', images: ['https://a.example/b.png'] })).toEqual([{ role: 'user', content: alone }])
})

test('a round of tools is told as calls and answers', () => {
  const toolCalls = [{ id: 'a', name: 'tide', arguments: '{"port":"Brest"}' }]
  expect(messagesOf({ role: 'assistant', text: '', toolCalls }, { role: 'tool', toolCallId: 'a', toolName: 'tide', text: '4 m' })).toEqual([
    { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'tide', arguments: '{"port":"Brest"}' } }] },
    { role: 'tool', tool_call_id: 'a', content: '4 m' },
  ])
  expect(messagesOf({ role: 'assistant', text: 'ok', toolCalls: [] })).toEqual([{ role: 'assistant', content: 'ok' }])
})

test.each(['', '{"a":', '[1]', 'null'])('arguments that are no JSON object (%j) are sent back as an empty one', (text) => {
  expect(messagesOf({ role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'x', arguments: text }] })).toMatchObject([
    { tool_calls: [{ function: { arguments: '{}' } }] },
  ])
})

test('tools are offered as functions', () => {
  const tool = { name: 'tide', description: 'Tides.', parameters: { type: 'object' } }
  expect(openaiRequest({ messages: [user], tools: [tool] }, dialect)['tools']).toEqual([{ type: 'function', function: tool }])
  expect(openaiRequest({ messages: [user], tools: [] }, dialect)).not.toHaveProperty('tools')
})
