import { expect, test } from 'vitest'
import { faultOn, isPossible, isUsual, nameOf } from './line.ts'

test('a line is named as in a sentence', () => {
  expect(nameOf({ words: 'ag-ui', carrier: 'fetch' })).toBe('AG-UI over fetch')
  expect(nameOf({ words: 'aiecs', carrier: 'page' })).toBe('AgentStream in this page')
  expect(nameOf({ words: 'auto', carrier: 'fetch' })).toBe('whatever comes over fetch')
})

test('sockets carry our own words only, and no faults that are asked for in a request', () => {
  expect(isPossible({ words: 'aiecs', carrier: 'socket' })).toBe(true)
  expect(isPossible({ words: 'a2a', carrier: 'socket' })).toBe(false)
  expect(faultOn({ words: 'aiecs', carrier: 'socket' }, 'cut')).toBe(undefined)
  expect(faultOn({ words: 'aiecs', carrier: 'page' }, 'cut')).toBe('cut')
  expect(isUsual({ words: 'aiecs', carrier: 'fetch' })).toBe(true)
})
