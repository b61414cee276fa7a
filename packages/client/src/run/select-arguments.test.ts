import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentEvent } from '../wire/events/vocabulary.ts'
import { fieldStatus } from '../wire/partial-json/partial-json.ts'
import { reduceRun } from './reduce.ts'
import { selectToolCalls } from './select.ts'
import { selectArguments } from './select-arguments.ts'
import { initialRunState, type RunState, type ToolPart } from './state.ts'

const fold = (state: RunState, ...events: readonly AgentEvent[]): RunState => events.reduce((folded, event) => reduceRun(folded, event, 0), state)
const piece = (delta: string, id = 'a'): AgentEvent => ({ type: 'tool_call_delta', tool_call: { id, function: { name: 'write' } }, arguments_delta: delta })
const partOf = (state: RunState, at = 0): ToolPart => {
  const part = selectToolCalls(state)[at]
  if (!part) throw new TypeError('There is no such call')
  return part
}
const begin = initialRunState('run')

test('the arguments of a call are a value while they are written, member by member', () => {
  const early = fold(begin, piece('{"path":"a.md","li'), piece('nes":["x'))
  const late = fold(early, piece('y",'))
  const [first, second] = [selectArguments(partOf(early)), selectArguments(partOf(late))]
  expect([first.value, second.value]).toEqual([
    { path: 'a.md', lines: ['x'] },
    { path: 'a.md', lines: ['xy'] },
  ])
  expect([fieldStatus(second, ['path']), fieldStatus(second, ['lines']), fieldStatus(second, ['lines', 0])]).toEqual(['done', 'growing', 'done'])
})

test('one snapshot has one value, and an earlier snapshot keeps its own', () => {
  const early = fold(begin, piece('{"a":{"b":1},"c":"x'))
  const before = selectArguments(partOf(early))
  const late = fold(early, piece('y'))
  const after = selectArguments(partOf(late))
  expect(selectArguments(partOf(late))).toBe(after)
  expect(selectArguments(partOf(early))).toBe(before)
  expect([before.value, after.value]).toEqual([
    { a: { b: 1 }, c: 'x' },
    { a: { b: 1 }, c: 'xy' },
  ])
  const [a, b] = [before.value, after.value] as { a: object }[] // As the texts above say.
  expect(a?.a).toBe(b?.a)
})

test('calls side by side, and calls of other runs under the same ids, are kept apart', () => {
  const one = fold(begin, piece('{"a":"1'), piece('{"b":"2', 'b'))
  const other = fold(begin, piece('{"z":"9'))
  expect([partOf(one), partOf(one, 1), partOf(other)].map((part) => selectArguments(part).value)).toEqual([{ a: '1' }, { b: '2' }, { z: '9' }])
  const onward = fold(one, piece('1'), piece('2', 'b'))
  expect([partOf(onward), partOf(onward, 1), partOf(fold(other, piece('9')))].map((part) => selectArguments(part).value)).toEqual([
    { a: '11' },
    { b: '22' },
    { z: '99' },
  ])
})

test('accumulated arguments, as AIECS sends them, are read like pieces', () => {
  const whole = (text: string): AgentEvent => ({ type: 'tool_call_delta', tool_call: { id: 'a', function: { name: 'write', arguments: text } } })
  const early = fold(begin, whole('{"a":"x'))
  expect(selectArguments(partOf(early)).value).toEqual({ a: 'x' })
  expect(selectArguments(partOf(fold(early, whole('{"a":"xy"')))).value).toEqual({ a: 'xy' })
  expect(selectArguments(partOf(fold(early, whole('{"other":"text')))).value).toEqual({ other: 'text' })
})

test('once the call runs, they are its parameters; what is no JSON stays visible with its error', () => {
  const ready = (text: string): AgentEvent => ({ type: 'tool_calls_ready', tool_calls: [{ id: 'a', function: { name: 'write', arguments: text } }] })
  const good = partOf(fold(begin, piece('{"a":1'), ready('{"a":1}')))
  expect(selectArguments(good)).toEqual({ value: { a: 1 }, openPath: undefined, error: undefined })
  expect(selectArguments(good).value).toBe(good.parameters)
  expect(selectArguments(partOf(fold(begin, ready('{"a":1,b'))))).toMatchObject({ value: { a: 1 }, error: { code: 'protocol' } })
  const cut = partOf(fold(begin, piece('{"a":"x'), { type: 'error', error: 'gone' }))
  expect([cut.status, selectArguments(cut)]).toMatchObject(['abandoned', { value: { a: 'x' }, error: { code: 'protocol' } }])
  expect(selectArguments(partOf(fold(begin, { type: 'tool_result', tool_name: 'x', result: 1 })))).toEqual({
    value: undefined,
    openPath: undefined,
    error: undefined,
  })
})

test('it is the same value whichever snapshots somebody looked at, and from a copy of the state', () => {
  fc.assert(
    fc.property(fc.json(), fc.array(fc.tuple(fc.nat({ max: 5 }), fc.boolean())), (text, cuts) => {
      let state = fold(begin, piece(''))
      let at = 0
      for (const [length, isAsked] of cuts) {
        state = fold(state, piece(text.slice(at, at + length)))
        at += length
        if (isAsked) selectArguments(partOf(state))
      }
      expect(selectArguments(partOf(state))).toEqual(selectArguments(partOf(structuredClone(state))))
    }),
  )
})
