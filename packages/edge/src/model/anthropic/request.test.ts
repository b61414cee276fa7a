import { expect, test } from 'vitest'
import type { Message } from '../messages.ts'
import { anthropicRequest } from './request.ts'

const dialect = { model: 'm', maxTokens: 4096, stream: true }
const messagesOf = (...messages: Message[]): unknown => anthropicRequest({ messages }, dialect)['messages']
const calls = [{ id: 'toolu_1', name: 'tide', arguments: '{"port":"Brest"}' }]

test('a question alone is the smallest request', () => {
  expect(anthropicRequest({ messages: [{ role: 'user', text: 'hi' }] }, dialect)).toEqual({
    model: 'm',
    max_tokens: 4096,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    stream: true,
  })
})

test('parameters have the names of this vendor; penalties are left out; extra never replaces ours', () => {
  const parameters = { temperature: 0, maxTokens: 9, topP: 0.5, frequencyPenalty: 1, presencePenalty: 1, stop: ['END'] }
  const extra = { thinking: { type: 'enabled', budget_tokens: 1024 }, model: 'other', stream: false }
  expect(anthropicRequest({ messages: [], parameters: { ...parameters, extra } }, dialect)).toEqual({
    thinking: { type: 'enabled', budget_tokens: 1024 },
    temperature: 0,
    top_p: 0.5,
    stop_sequences: ['END'],
    model: 'm',
    max_tokens: 9,
    messages: [],
    stream: true,
  })
})

test('instructions stand beside the messages, wherever they came', () => {
  const messages: Message[] = [
    { role: 'system', text: 'Be kind.' },
    { role: 'user', text: 'hi' },
    { role: 'system', text: 'Be short.' },
    { role: 'system', text: '' },
  ]
  expect(anthropicRequest({ messages }, dialect)).toMatchObject({ system: 'Be kind.\n\nBe short.', messages: [{ role: 'user' }] })
})

test('results of tools and what the user says next are one message', () => {
  expect(
    messagesOf(
      { role: 'user', text: 'tides?' },
      { role: 'assistant', text: 'Look.', toolCalls: [...calls, { id: 'b', name: 'wind', arguments: '' }] },
      { role: 'tool', toolCallId: 'toolu_1', toolName: 'tide', text: 'high' },
      { role: 'tool', toolCallId: 'b', toolName: 'wind', text: '' },
      { role: 'user', text: 'and now?' },
    ),
  ).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'tides?' }] },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'tool_use', id: 'toolu_1', name: 'tide', input: { port: 'Brest' } },
        { type: 'tool_use', id: 'b', name: 'wind', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'high' },
        { type: 'tool_result', tool_use_id: 'b', content: '' },
        { type: 'text', text: 'and now?' },
      ],
    },
  ])
})

test('blocks without text and messages without blocks are left out, because they are refused', () => {
  const tide = { role: 'assistant', text: ' \n', toolCalls: calls } as const
  expect(messagesOf({ role: 'user', text: 'hi' }, { role: 'assistant', text: '', toolCalls: [] }, { role: 'user', text: 'there' }, tide)).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'hi' },
        { type: 'text', text: 'there' },
      ],
    },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'tide', input: { port: 'Brest' } }] },
  ])
})

test('images come before the text, as bytes or as addresses', () => {
  expect(messagesOf({ role: 'user', text: 'what?', images: ['data:image/png;base64,AAAA', 'https://a.example/b.jpg'] })).toEqual([
    {
      role: 'user',
      content: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        { type: 'image', source: { type: 'url', url: 'https://a.example/b.jpg' } },
        { type: 'text', text: 'what?' },
      ],
    },
  ])
})

test('ids of other providers are made fit, alike for a call and its result', () => {
  const id = 'functions.tide:0'
  expect(
    JSON.stringify(
      messagesOf(
        { role: 'assistant', text: '', toolCalls: [{ id, name: 'tide', arguments: '{}' }] },
        { role: 'tool', toolCallId: id, toolName: 'tide', text: 'x' },
      ),
    ),
  ).toMatch(/"id":"functions_tide_0".*"tool_use_id":"functions_tide_0"/)
})

const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'sig' }
const anthropic = [thinking, { type: 'text', text: 'Look.' }, { type: 'tool_use', index: 0 }]

test('thinking goes back unchanged and in its place, with the calls as the run names them', () => {
  const toolCalls = [{ id: 'tool_call_1', name: 'tide', arguments: '{}' }]
  expect(messagesOf({ role: 'assistant', text: 'Look.', toolCalls, providerData: { anthropic } })).toEqual([
    { role: 'assistant', content: [thinking, { type: 'text', text: 'Look.' }, { type: 'tool_use', id: 'tool_call_1', name: 'tide', input: {} }] },
  ])
})

test('what goes back is left out for a message that was rewritten since, and what other providers kept is ignored', () => {
  const plain = [{ role: 'assistant', content: [{ type: 'text', text: 'Something else.' }] }]
  for (const providerData of [{ anthropic }, { openai: anthropic }, { anthropic: 'nonsense' }]) {
    expect(messagesOf({ role: 'assistant', text: 'Something else.', toolCalls: [], providerData })).toEqual(plain)
  }
})

test('tools are told with the schema of their arguments', () => {
  const parameters = { type: 'object', properties: {} }
  expect(anthropicRequest({ messages: [], tools: [{ name: 'tide', description: 'Tells.', parameters }] }, dialect)['tools']).toEqual([
    { name: 'tide', description: 'Tells.', input_schema: parameters },
  ])
})
