import type { Message, ModelDelta, ModelRequest } from '@agentstream/edge'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLocalModel } from './local-model.ts'
import { piecesOf } from './pacing.ts'

const tools = ['calculator', 'search_docs', 'slow_report', 'word_count'].map((name) => ({ name, description: '', parameters: {} }))
const model = createLocalModel({ pace: async (signal) => signal.throwIfAborted() })
const ask = (...messages: readonly Message[]): ModelRequest => ({ messages, tools })
const never = new AbortController().signal

async function answer(request: ModelRequest): Promise<readonly ModelDelta[]> {
  const deltas: ModelDelta[] = []
  for await (const delta of model.stream(request, { signal: never })) deltas.push(delta)
  return deltas
}

const textOf = (deltas: readonly ModelDelta[]) => deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('')

test('two calls side by side, their arguments in fragments', async () => {
  const deltas = await answer(ask({ role: 'user', text: 'Compute 2^32 / 60 and look up what a cursor is' }))
  const calls = [0, 1].map((index) => deltas.filter((delta) => delta.type === 'tool_call' && delta.index === index))
  const parsed = calls.map((fragments) => JSON.parse(fragments.map((delta) => (delta.type === 'tool_call' ? (delta.arguments ?? '') : '')).join('')))
  expect(parsed).toEqual([{ expression: '2^32 / 60' }, { query: 'cursor', limit: 4 }])
  expect(calls.map((fragments) => fragments.length > 3)).toEqual([true, true])
  expect(deltas.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
})

test('an answer made of the results, and the end', async () => {
  const deltas = await answer(
    ask(
      { role: 'user', text: '6 * 7' },
      { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'calculator', arguments: '{"expression":"6 * 7"}' }] },
      { role: 'tool', toolCallId: 'a', toolName: 'calculator', text: '{"expression":"6 * 7","result":"42"}' },
    ),
  )
  expect(textOf(deltas)).toContain('## = 42')
  expect(deltas.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
})

test('a page that does not exist is looked for once', async () => {
  const history: Message[] = [
    { role: 'user', text: 'How many words are in the page unicorn?' },
    { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'word_count', arguments: '{"page":"unicorn"}' }] },
    { role: 'tool', toolCallId: 'a', toolName: 'word_count', text: 'Error: There is no page named “unicorn”.' },
  ]
  expect((await answer(ask(...history))).find((delta) => delta.type === 'tool_call')).toMatchObject({ name: 'search_docs' })
  const after: Message[] = [
    ...history,
    { role: 'assistant', text: '', toolCalls: [{ id: 'b', name: 'search_docs', arguments: '{"query":"unicorn"}' }] },
    { role: 'tool', toolCallId: 'b', toolName: 'search_docs', text: '{"query":"unicorn","searched":3,"hits":[]}' },
  ]
  expect(textOf(await answer(ask(...after)))).toContain('did not work')
})

test('without a matching rule it says what it is', async () => {
  expect(textOf(await answer(ask({ role: 'user', text: 'hello' })))).toContain('not a language model')
})

test('no tools offered, no tools called', async () => {
  const deltas = await answer({ messages: [{ role: 'user', text: '6 * 7' }] })
  expect(deltas.some((delta) => delta.type === 'tool_call')).toBe(false)
})

test('an abort stops it at once', async () => {
  const stop = new AbortController()
  let deltas = 0
  const run = async () => {
    for await (const _ of model.stream(ask({ role: 'user', text: 'hello' }), { signal: stop.signal })) {
      deltas += 1
      if (deltas === 3) stop.abort(new DOMException('enough', 'AbortError'))
    }
  }
  await expect(run()).rejects.toThrow('enough')
  expect(deltas).toBe(3)
})

test('property: pieces, joined, are the text', () => {
  fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, size) => piecesOf(text, size).join('') === text))
})
