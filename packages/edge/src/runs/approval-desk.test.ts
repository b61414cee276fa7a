import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createApprovalDesk } from './approval-desk.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

const desk = (timeoutMs = 1000) => createApprovalDesk({ timeoutMs, now: Date.now })

test('a question is answered once, and leaves no timer', async () => {
  const { ask, answer } = desk()
  const question = ask()
  expect(question.expiresAt).toBe(1000)
  expect(answer(question.id, { approved: true, reason: 'fine' })).toBe('answered')
  expect(answer(question.id, { approved: false })).toBe('already_answered')
  expect(await question.answer).toEqual({ approved: true, reason: 'fine' })
  expect(vi.getTimerCount()).toBe(0)
})

test('X17: ids cannot be guessed, and none but those handed out is known', () => {
  const { ask, answer } = desk()
  const ids = Array.from({ length: 50 }, () => ask().id)
  expect(new Set(ids).size).toBe(50)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  for (const id of ['', '1', '__proto__', 'constructor', 'toString', 'hasOwnProperty']) expect(answer(id, { approved: true })).toBe('unknown_approval')
})

test('without an answer in time it is denied, and a later answer does not count', async () => {
  const { ask, answer } = desk()
  const question = ask()
  vi.advanceTimersByTime(1000)
  expect(await question.answer).toEqual({ approved: false, reason: 'Nobody answered within 1000 ms' })
  expect(answer(question.id, { approved: true })).toBe('already_answered')
})

test('a timer that is late opens no door: the time that was told counts', async () => {
  const { ask, answer } = desk()
  const question = ask()
  vi.setSystemTime(1000)
  expect(answer(question.id, { approved: true })).toBe('already_answered')
  expect(await question.answer).toMatchObject({ approved: false })
})

test('a question taken back is denied', async () => {
  const { ask, answer } = desk()
  const question = ask()
  question.close()
  question.close()
  expect(answer(question.id, { approved: true })).toBe('already_answered')
  expect(await question.answer).toEqual({ approved: false })
  expect(vi.getTimerCount()).toBe(0)
})

test.each([Number.POSITIVE_INFINITY, 2 ** 31])('%d ms is longer than any timer: it waits as long as the run', (timeoutMs) => {
  const { ask, answer } = desk(timeoutMs)
  const question = ask()
  expect(question).not.toHaveProperty('expiresAt')
  expect(vi.getTimerCount()).toBe(0)
  vi.setSystemTime(2 ** 40)
  expect(answer(question.id, { approved: true })).toBe('answered')
})
