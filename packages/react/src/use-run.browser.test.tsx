import { type AgentEvent, initialRunState, type RunState, reduceRun, selectText } from '@agentstream/client'
import { scriptedRun } from '@agentstream/client/testing'
import { act, cleanup, render, renderHook, screen } from '@testing-library/react'
import { Profiler, StrictMode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { completed, token } from '../test/harness.tsx'
import { type RunSource, shallowEqual, useRun } from './index.ts'

afterEach(cleanup)

/** A run a test moves by hand: one publish per call. */
function movedRun(id = 'moved') {
  const listeners = new Set<() => void>()
  let state: RunState = initialRunState(id)
  const run: RunSource = {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const move = (...events: AgentEvent[]): void =>
    act(() => {
      state = events.reduce((before, event) => reduceRun(before, event, 0), state)
      for (const listener of listeners) listener()
    })
  return { run, move, listeners }
}

function counted<T>(use: () => T) {
  const seen: T[] = []
  let commits = 0
  const Part = () => {
    seen.push(use())
    return null
  }
  const ui = () => (
    <StrictMode>
      <Profiler id="part" onRender={() => commits++}>
        <Part />
      </Profiler>
    </StrictMode>
  )
  const view = render(ui())
  return { last: () => seen.at(-1), commits: () => commits, rerender: () => view.rerender(ui()), unmount: view.unmount }
}

test('without a run there is the state of an idle one', () => {
  const { result } = renderHook(() => useRun(undefined))
  expect(result.current).toMatchObject({ status: 'idle', main: { parts: [] } })
})

test('the whole state renders once per publish', () => {
  const { run, move } = movedRun()
  const view = counted(() => useRun(run))
  expect(view.commits()).toBe(1)
  move(token('a'), token('b'), token('c'))
  expect(view.commits()).toBe(2)
  move(completed)
  expect(view.commits()).toBe(3)
  expect(view.last()).toBe(run.getSnapshot())
})

test('a selection renders only when its value changes', () => {
  const { run, move } = movedRun()
  const view = counted(() => useRun(run, (state) => state.status))
  move(token('a'))
  expect([view.last(), view.commits()]).toEqual(['streaming', 2])
  for (let i = 0; i < 100; i++) move(token('b'))
  expect(view.commits()).toBe(2)
  move(completed)
  expect([view.last(), view.commits()]).toEqual(['completed', 3])
})

test('a gathered selection keeps its identity while shallowEqual holds, from one inline selector to the next', () => {
  const { run, move } = movedRun()
  const view = counted(() => useRun(run, ({ status, counts }) => ({ status, toolCalls: counts.toolCalls }), shallowEqual))
  move(token('a'))
  const before = view.last()
  expect(before).toEqual({ status: 'streaming', toolCalls: 0 })
  move(token('b'))
  expect(view.commits()).toBe(2)
  view.rerender()
  expect(view.commits()).toBe(3)
  expect(view.last()).toBe(before)
})

test('a selector may change with the render that brings it', () => {
  const { run, move } = movedRun()
  move(token('a'))
  const { result, rerender } = renderHook(({ selectsText }) => useRun(run, (state) => (selectsText ? selectText(state) : state.status)), {
    initialProps: { selectsText: false },
  })
  expect(result.current).toBe('streaming')
  rerender({ selectsText: true })
  expect(result.current).toBe('a')
})

test('L12: a component that is given another run hears nothing more of the first', () => {
  const first = movedRun('first')
  const second = movedRun('second')
  const { result, rerender } = renderHook(({ run }) => useRun(run, selectText), { initialProps: { run: first.run } })
  first.move(token('one'))
  expect(result.current).toBe('one')
  rerender({ run: second.run })
  expect(result.current).toBe('')
  expect(first.listeners.size).toBe(0)
  first.move(token(' and more'))
  second.move(token('two'))
  expect(result.current).toBe('two')
})

test('L10: an unmounted component has taken its listener away', () => {
  const errors = vi.spyOn(console, 'error')
  const { run, move, listeners } = movedRun()
  const view = counted(() => useRun(run))
  expect(listeners.size).toBe(1)
  view.unmount()
  expect(listeners.size).toBe(0)
  move(token('late'))
  expect(errors).not.toHaveBeenCalled()
})

test('two components of one run never show different states', () => {
  const { run, move } = movedRun()
  const Text = () => <output>{useRun(run, selectText)}</output>
  render(
    <StrictMode>
      <Text />
      <Text />
    </StrictMode>,
  )
  move(token('same'))
  expect(screen.getAllByRole('status').map((one) => one.textContent)).toEqual(['same', 'same'])
})

test('a run that has ended before anybody looked shows its end', async () => {
  const run = scriptedRun([token('done'), completed])
  await run.result()
  const { result } = renderHook(() => useRun(run))
  expect([result.current.status, selectText(result.current)]).toEqual(['completed', 'done'])
})
