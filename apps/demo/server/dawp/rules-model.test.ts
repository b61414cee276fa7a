import type { Message, ModelRequest, ModelTool } from '@agentstream/edge'
import { expect, test } from 'vitest'
import { placementFor } from './dawp-agent.ts'
import { nextTurn } from './rules-model.ts'

const user = (text: string): Message => ({ role: 'user', text })
const tool = (name: string): ModelTool => ({ name, description: name, parameters: {} })
const turn = (messages: readonly Message[], ...tools: readonly string[]) => nextTurn({ messages, tools: tools.map(tool) } satisfies ModelRequest)
const prompt = (text: string) => user(`[DAWP prompt 0: look]\n\n${text}\n\n---\nThen print the next line alone:\n<STEP_DONE>`)
const called = (name: string, answer: unknown, id = 'c1'): Message[] => [
  { role: 'assistant', text: '', toolCalls: [{ id, name, arguments: '{}' }] },
  { role: 'tool', toolCallId: id, toolName: name, text: JSON.stringify(answer) },
]

test('a prompt that names a tool gets its call, and its marker only afterwards', () => {
  const messages = [user('What is 6 * 7?'), prompt('Let `calculator` work it out.')]
  expect(turn(messages, 'calculator')).toMatchObject({ call: { tool: 'calculator', input: { expression: '6 * 7' } } })
  const after = turn([...messages, ...called('calculator', { expression: '6 * 7', result: '42' })], 'calculator')
  expect(after.call).toBeUndefined()
  expect(after.text).toMatch(/\*\*42\*\*\.\n\n<STEP_DONE>$/)
})

test('a tool the agent does not have is not called', () => {
  expect(turn([user('Hi'), prompt('Ask `oracle`.')], 'calculator').call).toBeUndefined()
})

test('a reminder is answered with the marker it asks for', () => {
  const reminder = user('[DAWP prompt 0: look] is not marked as done. Once all of it is done, print the next line alone:\n<STEP_DONE>')
  expect(turn([user('Hi'), prompt('Think.'), { role: 'assistant', text: 'Hm.', toolCalls: [] }, reminder]).text).toMatch(/\n<STEP_DONE>$/)
})

test('figures that differ are not told as one', () => {
  const messages = [user('What is 6 * 7?'), ...called('calculator', { result: '42' }), ...called('calculator', { result: '43' }, 'c2'), prompt('Compare.')]
  expect(turn(messages).text).toContain('The figures differ')
})

test('a workflow that ended without success is answered honestly', () => {
  expect(turn([user('What is a cursor?'), user('[DAWP RUN INCOMPLETE: brief]\n\nThe workflow ended.')]).text).toContain('found nothing')
})

test('a refused start is not tried again', () => {
  const refused = called('dawp_start', { status: 'rejected', reason: 'No turns left' })
  expect(turn([user('What is 6 * 7?')], 'dawp_start').call).toMatchObject({ tool: 'dawp_start' })
  expect(turn([user('What is 6 * 7?'), ...refused], 'dawp_start').call).toBeUndefined()
})

test.each([
  ['What is 6 * 7?', 'inline'],
  ['Draft something and check it', 'on_response_trigger'],
  ['What is a cursor?', 'pre_main_loop'],
] as const)('“%s” goes to the agent whose workflow is %s', (question, placement) => {
  expect(placementFor(question)).toBe(placement)
})
