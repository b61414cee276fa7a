import { initialRunState, type RunState } from '@agentstream/client'
import { describe, expect, test } from 'vitest'
import { announcementOf } from './announcement.ts'
import { outcomeOf } from './outcome.ts'

const state = (changes: Partial<RunState>): RunState => ({ ...initialRunState('run'), ...changes })
const failure = (changes: Partial<NonNullable<RunState['failure']>>) =>
  outcomeOf(state({ status: 'failed', failure: { code: 'http', phase: 'connect', message: 'no', retryable: true, ...changes } }))

describe('what a reader is told', () => {
  test('a cut stream is never called complete', () => {
    expect(outcomeOf(state({ status: 'truncated' }))).toMatchObject({ title: 'Truncated', tone: 'warning', offer: 'again' })
  })
  test('a stop is confirmed only by the server', () => {
    expect(outcomeOf(state({ status: 'cancelled' }), 'cancelled').detail).toContain('confirmed')
    expect(outcomeOf(state({ status: 'cancelled' }), 'unreachable').detail).toContain('not known')
  })
  test('a finished run that missed its goal is not a success', () => {
    expect(outcomeOf(state({ status: 'completed', verdict: { success: false, reason: 'max_iterations_reached' } })).tone).toBe('warning')
  })
  test('a run with missing events is not whole', () => {
    expect(outcomeOf(state({ status: 'completed', integrity: 'broken' })).tone).toBe('warning')
  })
  test('a busy server says when to come back', () => {
    expect(failure({ status: 429, retryAfterMs: 4200 }).detail).toContain('in 5 s')
    expect(failure({ status: 409, retryAfterMs: 1000 }).detail).toBe('It is still busy with the message before this one. Try again in 1 s.')
  })
  test('a long message of a server stays short', () => {
    expect(failure({ phase: 'agent', message: 'x'.repeat(5000) }).detail.length).toBeLessThan(400)
  })
})

describe('what a screen reader is told', () => {
  const streaming = (text: string) => state({ status: 'streaming', main: { iteration: 1, parts: [{ kind: 'text', iteration: 1, text, open: true }] } })

  test('nothing new with every token', () => {
    expect(announcementOf(streaming('one'))).toBe(announcementOf(streaming('one two three')))
  })
  test('how it ended, and how the answer begins', () => {
    const done = state({ ...streaming(`# Hello\n\n**${'word '.repeat(200)}**`), status: 'completed', timing: { endedAt: 1 } })
    expect(announcementOf(done)).toMatch(/^Completed\. The answer begins: Hello word/)
    expect(announcementOf(done).length).toBeLessThan(300)
  })
})
