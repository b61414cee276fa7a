import type { LanguageModelV3CallOptions, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { aiSdkRequest } from './request.ts'

const dialect = { specificationVersion: 'v4', provider: 'acme.chat' } as const
const calls = [{ id: 'a', name: 'tide', arguments: '{"port":"Brest"}' }]

test('a question alone is the smallest call', () => {
  const prompt: LanguageModelV4CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]
  expect(aiSdkRequest({ messages: [{ role: 'user', text: 'hi' }] }, dialect)).toEqual({ prompt })
})

test('parameters keep their meaning, and extra is for the provider', () => {
  const parameters = { temperature: 0, maxTokens: 9, topP: 0.5, frequencyPenalty: 1, presencePenalty: -1, stop: ['END'], extra: { acme: { thinking: true } } }
  const expected: Partial<LanguageModelV4CallOptions> = {
    temperature: 0,
    maxOutputTokens: 9,
    topP: 0.5,
    frequencyPenalty: 1,
    presencePenalty: -1,
    stopSequences: ['END'],
    providerOptions: { acme: { thinking: true } },
  }
  expect(aiSdkRequest({ messages: [], parameters }, dialect)).toEqual({ ...expected, prompt: [] })
})

test('a conversation with tools, whose results of one turn are one message', () => {
  const prompt: LanguageModelV4CallOptions['prompt'] = [
    { role: 'system', content: 'Be kind.' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'tool-call', toolCallId: 'a', toolName: 'tide', input: { port: 'Brest' } },
        { type: 'tool-call', toolCallId: 'b', toolName: 'wind', input: {} },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'a', toolName: 'tide', output: { type: 'text', value: 'high' } },
        { type: 'tool-result', toolCallId: 'b', toolName: 'wind', output: { type: 'text', value: 'low' } },
      ],
    },
  ]
  const messages = [
    { role: 'system', text: 'Be kind.' },
    { role: 'assistant', text: 'Look.', toolCalls: [...calls, { id: 'b', name: 'wind', arguments: 'nonsense' }] },
    { role: 'tool', toolCallId: 'a', toolName: 'tide', text: 'high' },
    { role: 'tool', toolCallId: 'b', toolName: 'wind', text: 'low' },
  ] as const
  const parameters = { type: 'object', properties: {} }
  expect(aiSdkRequest({ messages, tools: [{ name: 'tide', description: 'Tells.', parameters }] }, dialect)).toEqual({
    prompt,
    tools: [{ type: 'function', name: 'tide', description: 'Tells.', inputSchema: parameters }],
    toolChoice: { type: 'auto' },
  })
})

test('images are files, handed over as each version of the specification has it', () => {
  const images = ['data:image/png;base64,AAAA', 'https://a.example/b.jpg']
  const url = new URL('https://a.example/b.jpg')
  const v3: LanguageModelV3CallOptions['prompt'] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'what?' },
        { type: 'file', mediaType: 'image/png', data: 'AAAA' },
        { type: 'file', mediaType: 'image/*', data: url },
      ],
    },
  ]
  const v4: LanguageModelV4CallOptions['prompt'] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'what?' },
        { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
        { type: 'file', mediaType: 'image/*', data: { type: 'url', url } },
      ],
    },
  ]
  const messages = [{ role: 'user', text: 'what?', images }] as const
  expect(aiSdkRequest({ messages }, { ...dialect, specificationVersion: 'v3' }).prompt).toEqual(v3)
  expect(aiSdkRequest({ messages }, dialect).prompt).toEqual(v4)
  const image = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } }
  const alone = aiSdkRequest({ messages: [{ role: 'user', text: '', images: images.slice(0, 1) }] }, dialect).prompt
  expect(alone).toEqual([{ role: 'user', content: [image] }])
})

const signed = { acme: { signature: 'sig' } }
const kept = [
  { type: 'reasoning', text: 'Hm.', providerOptions: signed },
  { type: 'text', text: 'Look.' },
  { type: 'tool_call', index: 0, providerOptions: signed },
]

test('signed thinking goes back to the provider that signed it', () => {
  const message = { role: 'assistant', text: 'Look.', toolCalls: calls, providerData: { 'ai-sdk': { 'acme.chat': kept } } } as const
  expect(aiSdkRequest({ messages: [message] }, dialect).prompt).toEqual([
    {
      role: 'assistant',
      content: [kept[0], kept[1], { type: 'tool-call', toolCallId: 'a', toolName: 'tide', input: { port: 'Brest' }, providerOptions: signed }],
    },
  ])
})

test('but not to another, and not for a message that was rewritten since', () => {
  const message = { role: 'assistant', text: 'Look.', toolCalls: [], providerData: { 'ai-sdk': { 'acme.chat': kept } } } as const
  const plain = (text: string) => [{ role: 'assistant', content: [{ type: 'text', text }] }]
  expect(aiSdkRequest({ messages: [message] }, { ...dialect, provider: 'other.chat' }).prompt).toEqual(plain('Look.'))
  expect(aiSdkRequest({ messages: [{ ...message, text: 'Else.' }] }, dialect).prompt).toEqual(plain('Else.'))
})
