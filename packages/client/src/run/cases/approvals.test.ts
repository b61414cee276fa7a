import { expect, test } from 'vitest'
import type { AgentEvent } from '../../wire.ts'
import { reduceRun } from '../reduce.ts'
import { selectToolCalls, selectWaitingApprovals } from '../select.ts'
import { initialRunState, type RunState } from '../state.ts'

const foldAll = (events: readonly AgentEvent[]): RunState => events.reduce((state, event, at) => reduceRun(state, event, at), initialRunState('r'))
const statuses = (state: RunState) => selectToolCalls(state).map((tool) => [tool.callId, tool.status])

const ready: AgentEvent = { type: 'tool_calls_ready', tool_calls: ['c1', 'c2'].map((id) => ({ id, function: { name: 'pay', arguments: '{"sum":5}' } })) }
const asked = (id: string): AgentEvent => ({ type: 'approval_request', approval_id: `a-${id}`, tool_call_id: id, tool_name: 'pay', parameters: { sum: 5 } })
const answered = (id: string, approved: boolean): AgentEvent => ({ type: 'approval_response', approval_id: `a-${id}`, approved, reason: 'as I said' })
const refused = (id: string): AgentEvent => ({ type: 'tool_error', tool_name: 'pay', tool_call_id: id, error: 'not approved' })

test('a call that needs approval waits, and the run with it', () => {
  const state = foldAll([ready, asked('c2')])
  expect(statuses(state)).toEqual([
    ['c1', 'ready'],
    ['c2', 'waiting_approval'],
  ])
  expect(selectToolCalls(state).map(({ approvalId }) => approvalId)).toEqual([undefined, 'a-c2'])
  expect(state.status).toBe('waiting')
  expect(selectWaitingApprovals(state)).toEqual([{ id: 'a-c2', toolName: 'pay', toolCallId: 'c2', parameters: { sum: 5 }, status: 'waiting' }])
})

test('an approved call is ready, then runs', () => {
  const approved = foldAll([ready, asked('c1'), answered('c1', true)])
  expect(statuses(approved)[0]).toEqual(['c1', 'ready'])
  expect(approved.status).toBe('streaming')
  expect(approved.approvals[0]).toMatchObject({ status: 'approved', reason: 'as I said' })
  const running = reduceRun(approved, { type: 'tool_call', tool_name: 'pay', tool_call_id: 'c1', parameters: { sum: 5 } }, 9)
  expect(statuses(running)[0]).toEqual(['c1', 'running'])
})

test('a denied call stays denied, and its error never lands on another call of the same tool', () => {
  const denied = foldAll([ready, asked('c1'), asked('c2'), answered('c2', false)])
  expect(statuses(denied)).toEqual([
    ['c1', 'waiting_approval'],
    ['c2', 'denied'],
  ])
  expect(denied.approvals.map(({ id, status }) => [id, status])).toEqual([
    ['a-c1', 'waiting'],
    ['a-c2', 'denied'],
  ])
  const told = reduceRun(denied, refused('c2'), 9)
  expect(selectToolCalls(told)[1]).toMatchObject({ status: 'denied', error: 'not approved', endedAt: 9 })
  expect(statuses(told)[0]).toEqual(['c1', 'waiting_approval'])
})

test('a run that ends while a call waits leaves nothing waiting', () => {
  const state = foldAll([ready, asked('c1'), asked('c2'), answered('c2', false), { type: 'cancelled', by: 'user' }])
  expect(statuses(state)).toEqual([
    ['c1', 'abandoned'],
    ['c2', 'denied'],
  ])
  expect(state.approvals.map(({ id, status }) => [id, status])).toEqual([
    ['a-c1', 'abandoned'],
    ['a-c2', 'denied'],
  ])
  expect(state.status).toBe('cancelled')
})

test('a call inside a DAWP run waits in its own loop, and an unknown call or answer changes no part', () => {
  const scope = { kind: 'dawp', run_id: 'd1', workflow_id: 'w', step_id: 's', step_index: 0, prompt_index: 0 }
  const state = foldAll([ready, { ...ready, loop_scope: scope }, { ...asked('c1'), loop_scope: scope }])
  expect(state.main.parts.map((part) => part.kind === 'tool' && part.status)).toEqual(['ready', 'ready'])
  expect(state.dawpRuns[0]?.steps[0]?.loop.parts.map((part) => part.kind === 'tool' && part.status)).toEqual(['waiting_approval', 'ready'])
  expect(statuses(foldAll([ready, asked('unknown'), answered('nobody', false)]))).toEqual([
    ['c1', 'ready'],
    ['c2', 'ready'],
  ])
})
