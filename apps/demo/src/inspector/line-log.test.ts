import { type AgentRun, initialRunState, type RunState } from '@agentstream/client'
import { expect, test } from 'vitest'
import { createLineLog } from './line-log.ts'

function puppet() {
  let state: RunState = initialRunState('r')
  let listener = (): void => {}
  const subscribe = (one: () => void) => {
    listener = one
    return () => {}
  }
  const run = { id: 'r', getSnapshot: () => state, subscribe } as Partial<AgentRun> as AgentRun // All that is looked at.
  const be = (change: Partial<RunState>): void => {
    state = { ...state, ...change }
    listener()
  }
  return { run, be }
}

test('a run that is cut and comes back is told as what it was', () => {
  let time = 0
  const log = createLineLog(() => time)
  const { run, be } = puppet()
  log.watch(run)
  be({ connection: { phase: 'open', attempt: 1, losses: 0, cursor: 'k-1' } })
  time = 1000
  log.asked('Cut the connection.')
  be({ connection: { phase: 'retrying', attempt: 1, losses: 1, cursor: 'k-137' } })
  time = 1400
  be({ connection: { phase: 'open', attempt: 2, losses: 1, cursor: 'k-137' } })
  time = 3000
  be({ status: 'completed', integrity: 'verified', connection: { phase: 'closed', attempt: 2, losses: 1, cursor: 'k-412' }, timing: { endedAt: 5 } })
  be({})
  expect(log.getSnapshot().map(({ at, tone, words }) => [at, tone, words])).toEqual([
    [1000, 'asked', 'Cut the connection.'],
    [1000, 'lost', 'The connection was lost after event 137.'],
    [1400, 'back', 'Back after 400 ms, from the event after that one.'],
    [3000, 'good', '412 events, each once and in order, over 2 connections: the digests agree.'],
  ])
})

test('a loss and a return within one frame are both told', () => {
  const log = createLineLog(() => 0)
  const { run, be } = puppet()
  log.watch(run)
  be({ connection: { phase: 'open', attempt: 1, losses: 1, cursor: 'k-3' } })
  expect(log.getSnapshot().map(({ tone }) => tone)).toEqual(['lost', 'back'])
})

test('a run that cannot be continued is told too, and the next one begins a new story', () => {
  const log = createLineLog(() => 0)
  const { run, be } = puppet()
  log.watch(run)
  be({ status: 'truncated', connection: { phase: 'closed', attempt: 4, losses: 3 } })
  expect(log.getSnapshot().at(-1)?.words).toBe('The rest could not be had. What arrived before stays.')
  log.watch({ ...run, id: 'next' })
  expect(log.getSnapshot()).toEqual([])
})
