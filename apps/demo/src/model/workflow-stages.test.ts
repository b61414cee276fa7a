import type { AgentEvent } from '@agentstream/client'
import { initialRunState, reduceRun } from '@agentstream/client'
import { expect, test } from 'vitest'
import { announcementOf } from './announcement.ts'
import { outcomeOf } from './outcome.ts'
import { besideSteps, planFor, stagesOf } from './workflow-stages.ts'

const plan = [
  // As a plan may be written: the last step first.
  { name: 'join', description: 'Joins', dependsOn: ['left', 'right'] },
  { name: 'begin', description: 'Begins', dependsOn: [] },
  { name: 'left', description: 'Reads', dependsOn: ['begin'], tool: 'read' },
  { name: 'right', description: 'Looks', dependsOn: ['begin'], tool: 'look' },
]
const started = (step_name: string): AgentEvent => ({ type: 'step_started', step_name })
const done = (step_name: string, success = true): AgentEvent => ({ type: 'step_completed', step_name, success })
const call = (tool_name: string): AgentEvent => ({ type: 'tool_call', tool_name, tool_call_id: tool_name, parameters: {} })
const after = (...events: readonly AgentEvent[]) =>
  events.reduce((state, event, at) => reduceRun(state, event, at), reduceRun(initialRunState('r'), { type: 'started' }, 0))
const statuses = (state: ReturnType<typeof after>) => stagesOf(plan, state).map((stage) => stage.map(({ name, status }) => [name, status]))

test('steps that wait for the same stand in one stage, each with its status', () => {
  expect(statuses(after(started('begin'), done('begin'), started('left'), started('right'), done('right', false)))).toEqual([
    [['begin', 'done']],
    [
      ['left', 'running'],
      ['right', 'failed'],
    ],
    [['join', 'waiting']],
  ])
})

test('a step that never began is not run once the run is over', () => {
  expect(statuses(after(started('begin'), { type: 'error', error: 'no' })).flat()).toContainEqual(['join', 'not run'])
})

test('a call stands at the step whose tool it is, and nowhere else', () => {
  const state = after(started('left'), started('right'), call('read'), call('other'))
  expect(stagesOf(plan, state)[1]?.map(({ calls }) => calls.map(({ toolName }) => toolName))).toEqual([['read'], []])
  expect(besideSteps(plan, state.main).parts).toMatchObject([{ toolName: 'other' }])
})

test('steps of a plan that is not known stand one after the other', () => {
  const state = after(started('one'), done('one'), started('two'))
  expect(stagesOf(planFor(plan, state), state).map((stage) => stage.map(({ name }) => name))).toEqual([['one'], ['two']])
  expect(planFor(plan, after(started('left')))).toBe(plan)
})

test('what is said of a run names the branches at work, and what it asks', () => {
  const branches = after(started('left'), started('right'))
  expect(outcomeOf(branches).detail).toBe('2 branches run at once: left, right.')
  expect(announcementOf(branches)).toBe('Working on left and right')
  const asking = after({ type: 'approval_request', approval_id: 'a', tool_call_id: 'c', tool_name: 'pay', parameters: {} })
  expect(outcomeOf(asking)).toMatchObject({ tone: 'active', title: 'Waiting for you' })
  expect(announcementOf(asking)).toContain('asks whether it may use pay')
})
