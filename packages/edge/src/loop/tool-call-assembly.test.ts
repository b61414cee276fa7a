import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCallIds, createToolCallAssembly } from './tool-call-assembly.ts'

describe('ids of calls', () => {
  test('are the model’s own, or made up, and never twice in a run', () => {
    const claim = createCallIds()
    expect(['a', 'a', undefined, '', 'tool_call_4', undefined, 'b'].map(claim)).toEqual([
      'a',
      'tool_call_1',
      'tool_call_2',
      'tool_call_3',
      'tool_call_4',
      'tool_call_5',
      'b',
    ])
  })

  test('are none of those that the conversation has', () => {
    const claim = createCallIds(['a', 'tool_call_1'])
    expect(['a', 'b', undefined].map(claim)).toEqual(['tool_call_2', 'b', 'tool_call_3'])
  })

  test('never look like the placeholders that consumers expect to be replaced, and are never huge', () => {
    const claim = createCallIds()
    expect(['call_0', 'call_12', 'x'.repeat(500), 'call_a'].map(claim)).toEqual(['tool_call_1', 'tool_call_2', 'tool_call_3', 'call_a'])
  })

  test('X8: may be called like a member of a prototype', () => {
    const claim = createCallIds()
    expect(['__proto__', 'constructor', '__proto__'].map(claim)).toEqual(['__proto__', 'constructor', 'tool_call_1'])
  })
})

describe('assembling calls', () => {
  test('the first fragment names a call, the rest only add to it, and its id never changes', () => {
    const assembly = createToolCallAssembly(createCallIds())
    const seen = [
      assembly.push({ type: 'tool_call', index: 0 }),
      assembly.push({ type: 'tool_call', index: 0, id: 'late', name: 'tide', arguments: '{' }),
      assembly.push({ type: 'tool_call', index: 0, name: 'tide', arguments: '}' }),
    ]
    expect(seen.map(({ id, name }) => [id, name])).toEqual([
      ['tool_call_1', ''],
      ['tool_call_1', 'tide'],
      ['tool_call_1', 'tide'],
    ])
    expect(assembly.calls()).toEqual([{ id: 'tool_call_1', name: 'tide', arguments: '{}' }])
  })

  test('fragments of parallel calls in any mixture give the same whole calls', () => {
    const texts = fc.array(fc.array(fc.string(), { maxLength: 6 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.nat()), (calls, choices) => {
        const assembly = createToolCallAssembly(createCallIds())
        calls.forEach((_, index) => void assembly.push({ type: 'tool_call', index, id: `id${index}`, name: `n${index}` }))
        const waiting = calls.map((fragments, index) => ({ index, fragments: [...fragments] }))
        for (let left = waiting.filter(({ fragments }) => fragments.length > 0); left.length > 0; left = left.filter(({ fragments }) => fragments.length > 0)) {
          const chosen = left[(choices.next().value ?? 0) % left.length]
          const fragment = chosen?.fragments.shift()
          if (chosen && fragment !== undefined) assembly.push({ type: 'tool_call', index: chosen.index, arguments: fragment })
        }
        expect(assembly.calls()).toEqual(calls.map((fragments, index) => ({ id: `id${index}`, name: `n${index}`, arguments: fragments.join('') })))
      }),
    )
  })
})
