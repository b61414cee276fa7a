import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import type { Message } from '../model/messages.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool } from '../tools/tool.ts'
import { fitHistory } from './fit-history.ts'

const long = (letter: string): string => letter.repeat(1000)
const call = (id: string): Message => ({ role: 'assistant', text: '', toolCalls: [{ id, name: 'look', arguments: '{}' }] })
const answer = (id: string, text = long(id)): Message => ({ role: 'tool', toolCallId: id, toolName: 'look', text })
const exchange = (...ids: string[]): Message[] => [{ role: 'user', text: ids.join() }, ...ids.flatMap((id) => [call(id), answer(id)])]
const rules: Message = { role: 'system', text: 'Be brief.' }
const shown = (messages: readonly Message[]): string[] =>
  messages.map(({ role, text }) => `${role} ${text.startsWith('[Left out') ? '…' : text.slice(0, 3)}`.trim())

test('a conversation that fits is told as it is', () => {
  const messages = [rules, ...exchange('a')]
  expect(fitHistory(messages, 10_000)).toBe(messages)
})

test('the oldest results are left out, and no more than has to be', () => {
  expect(shown(fitHistory([rules, ...exchange('a', 'b', 'c')], 2500))).toEqual([
    'system Be',
    'user a,b',
    'assistant',
    'tool …',
    'assistant',
    'tool bbb',
    'assistant',
    'tool ccc',
  ])
})

test('then the oldest exchanges; instructions, the task and the newest answers stay, however long', () => {
  const history = [rules, ...exchange('a'), ...exchange('b'), ...exchange('c', 'd')]
  expect(shown(fitHistory(history, 1250))).toEqual(['system Be', 'user b', 'assistant', 'tool …', 'user c,d', 'assistant', 'tool …', 'assistant', 'tool ddd'])
  expect(shown(fitHistory(history, 0))).toEqual(['system Be', 'user c,d', 'assistant', 'tool …', 'assistant', 'tool ddd'])
})

test('every call keeps its answer, and every answer its call, whatever is left out', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 4 })
  fc.assert(
    fc.property(fc.array(ids, { minLength: 1 }), fc.nat(6000), (exchanges, max) => {
      const history = [rules, ...exchanges.flatMap((each, at) => exchange(...each.map((id) => `${at}-${id}`)))]
      const fitted = fitHistory(history, max)
      const calls = fitted.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(({ id }) => id) : []))
      expect(fitted.flatMap((message) => (message.role === 'tool' ? [message.toolCallId] : []))).toEqual(calls)
      expect(fitted[0]).toBe(rules)
      expect(fitted.findLast(({ role }) => role === 'user')).toBe(history.findLast(({ role }) => role === 'user'))
      expect(fitted.at(-1)).toBe(history.at(-1))
    }),
  )
})

test('an agent that may tell so much tells its model no more, and its session everything', async () => {
  const look = defineTool({ name: 'look', description: 'Looks.', parameters: z.object({ at: z.string() }), execute: ({ at }) => long(at) })
  const provider = scriptedProvider([...['a', 'b', 'c'].map((at) => [{ tool: 'look', id: at, arguments: { at } }]), ['Done.']])
  const agent = createHybridAgent({ name: 'h', provider, tools: [look], maxHistoryCharacters: 2200 })
  let remembered: readonly Message[] = []
  const session = { history: [], remember: (turn: readonly Message[]) => (remembered = turn) }
  for await (const _ of agent.run({ description: 'Go' }, { runId: 'r', signal: new AbortController().signal, session }));
  const texts = (messages: readonly Message[]): string[] => shown(messages.filter(({ role }) => role === 'tool'))
  expect(provider.calls.map(({ request }) => texts(request.messages))).toEqual([[], ['tool aaa'], ['tool aaa', 'tool bbb'], ['tool …', 'tool bbb', 'tool ccc']])
  expect(texts(remembered)).toEqual(['tool aaa', 'tool bbb', 'tool ccc'])
})
