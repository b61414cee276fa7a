import { expect, test } from 'vitest'
import { approvalStatus, formatLeft, secondsLeft, waitingApproval } from './approval.ts'

test.each([
  ['waiting', undefined, 'waiting'],
  ['approved', 'as I said', 'approved'],
  ['denied', 'too dear', 'denied'],
  ['denied', undefined, 'denied'],
  ['denied', 'Nobody answered within 120000 ms', 'expired'],
] as const)('%s, because of %s, is shown as %s', (status, reason, shown) => {
  expect(approvalStatus({ status, ...(reason === undefined ? {} : { reason }) })).toBe(shown)
})

test('the time left is counted in whole seconds and never below none', () => {
  const now = Date.parse('2026-01-01T00:00:00.000Z')
  expect(secondsLeft('2026-01-01T00:01:59.100Z', now)).toBe(120)
  expect(secondsLeft('2025-12-31T23:59:00.000Z', now)).toBe(0)
  expect(secondsLeft(undefined, now)).toBeUndefined()
  expect(secondsLeft('some day', now)).toBeUndefined()
  expect([0, 9, 60, 125].map(formatLeft)).toEqual(['0:00', '0:09', '1:00', '2:05'])
})

test('the question that was asked first is the one to answer', () => {
  const asked = (id: string, status: 'waiting' | 'approved') => ({ id, status, toolName: 'pay', parameters: {} })
  expect(waitingApproval({ approvals: [asked('second', 'waiting'), asked('first', 'waiting'), asked('before', 'approved')] })?.id).toBe('first')
  expect(waitingApproval({ approvals: [asked('before', 'approved')] })).toBeUndefined()
})
