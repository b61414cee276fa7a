import type { AgentEvent } from '@agentstream/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRunMonitor, type RunMonitor } from './run-monitor.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
let clock = 0
let monitor: RunMonitor

// Publishing is a matter of time here, so time is faked.
beforeEach(() => {
  vi.useFakeTimers()
  clock = 0
  monitor = createRunMonitor(() => clock)
})
afterEach(() => {
  vi.useRealTimers()
})

function push(...events: readonly AgentEvent[]) {
  for (const event of events) monitor.push(event)
  vi.advanceTimersByTime(1000)
  return monitor.getSnapshot()
}

test('tokens in a row share a line, and other events have one each', () => {
  const { rows } = push({ type: 'started' }, token('a '), token('b '), { type: 'iteration_start', iteration: 2 }, token('c'))
  expect(rows.map(({ type, count, summary }) => [type, count, summary])).toEqual([
    ['started', 1, ''],
    ['token', 2, 'a b '],
    ['iteration_start', 1, '2'],
    ['token', 1, 'c'],
  ])
})

test('the list is bounded', () => {
  const { rows, dropped } = push(...Array.from({ length: 500 }, (): AgentEvent => ({ type: 'iteration_start', iteration: 1 })))
  expect([rows.length, dropped]).toEqual([200, 300])
})

test('many events, one publish', () => {
  let published = 0
  monitor.subscribe(() => {
    published += 1
  })
  push(...Array.from({ length: 5000 }, () => token('x')))
  expect(published).toBe(1)
})

test('the rate is counted per quarter of a second', () => {
  monitor.push(token('a'))
  clock = 300
  monitor.push(token('b'))
  clock = 310
  expect(push(token('c')).rates).toEqual([4, 8])
})

test('a reset forgets everything', () => {
  push(token('a'))
  monitor.reset()
  expect(monitor.getSnapshot()).toEqual({ rows: [], dropped: 0, rates: [] })
})
