import { expect, test } from 'vitest'
import { createEmit } from './emit.ts'

test('events carry the time, with a zone, and no scope in the main loop', () => {
  let now = 1
  const emit = createEmit({ now: () => now })
  expect(emit({ type: 'token', content: 'a' })).toEqual({ type: 'token', content: 'a', timestamp: '1970-01-01T00:00:00.001Z' })
  now = 1500
  expect(emit({ type: 'started' })).toEqual({ type: 'started', timestamp: '1970-01-01T00:00:01.500Z' })
})

test('events that came together carry one time', () => {
  let now = 0
  const emit = createEmit({ now: () => ++now })
  const times = emit.together([{ type: 'started' }, { type: 'token', content: 'a' }]).map(({ timestamp }) => timestamp)
  expect(times).toEqual(['1970-01-01T00:00:00.001Z', '1970-01-01T00:00:00.001Z'])
  expect(emit({ type: 'started' }).timestamp).toBe('1970-01-01T00:00:00.002Z')
})

test('events of a scope carry it', () => {
  const scope = { kind: 'dawp', run_id: 'r1', step_id: 's' } as const
  expect(createEmit({ now: () => 0, scope })({ type: 'started' })).toMatchObject({ loop_scope: scope })
})
