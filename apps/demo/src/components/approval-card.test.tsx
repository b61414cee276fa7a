import type { AgentRun, ApprovalState } from '@agentstream/client'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { ApprovalCard } from './approval-card.tsx'

// Nothing of the run is asked for before somebody presses a button.
const run = { id: 'r' } as AgentRun
const asked: ApprovalState = { id: 'a', toolName: 'pay', parameters: { sum: 5, to: '<b>Ada</b>' }, status: 'waiting', expiresAt: '2000-01-01T00:00:00.000Z' }
const html = (approval: Partial<ApprovalState>) => renderToStaticMarkup(<ApprovalCard run={run} approval={{ ...asked, ...approval }} />)

test('a question shows what it is about, as text, and both answers', () => {
  const open = html({})
  expect(open).toMatch(/May the agent use[\s\S]*pay/)
  expect(open).toContain('sum: 5')
  expect(open).toContain('&lt;b&gt;Ada')
  expect(open).toContain('time is up')
  expect(open.match(/<button/g)).toHaveLength(2)
})

test.each([
  [{ status: 'approved' }, 'data-status="approved"', 'You allowed this call'],
  [{ status: 'denied', reason: 'too dear' }, 'data-status="denied"', 'Reason: too dear'],
  [{ status: 'abandoned' }, 'data-status="abandoned"', 'ended before anybody answered'],
  [{ status: 'denied', reason: 'Nobody answered within 5 ms' }, 'data-status="expired"', 'counts as a no'],
] as const)('answered with %o it says so, and asks no more', (approval, status, words) => {
  const closed = html(approval)
  expect(closed).toContain(status)
  expect(closed).toContain(words)
  expect(closed).not.toContain('<button')
})
