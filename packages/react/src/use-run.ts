'use client'
import { type AgentRun, initialRunState, type RunState } from '@agentstream/client'
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

/** What is watched of a run: every AgentRun is one. */
export type RunSource = Pick<AgentRun, 'getSnapshot' | 'subscribe'>

const idle = initialRunState('')
const whole = (state: RunState): RunState => state
const nothing = (): void => {}

/**
 * The state of a run, or what `select` makes of it. Without a run it is that of an idle one. Renders again only when the
 * selected value has changed by `isEqual` (Object.is when absent), and at most once per publish of the run. `select` may be
 * written inline; it is asked once per publish and once per render. Where it makes a new object each time, give `shallowEqual`.
 */
export function useRun(run: RunSource | undefined): RunState
export function useRun<T>(run: RunSource | undefined, select: (state: RunState) => T, isEqual?: (a: T, b: T) => boolean): T
export function useRun(
  run: RunSource | undefined,
  select: (state: RunState) => unknown = whole,
  isEqual: (a: unknown, b: unknown) => boolean = Object.is,
): unknown {
  const subscribe = useCallback((listener: () => void) => (run ? run.subscribe(listener) : nothing), [run])
  // What was rendered last, so that an equal selection keeps its identity from one inline selector to the next.
  const rendered = useRef<{ readonly value: unknown } | undefined>(undefined)
  const getSelected = useMemo(() => {
    let last: { readonly state: RunState; readonly value: unknown } | undefined
    return () => {
      const state = run ? run.getSnapshot() : idle
      if (last?.state === state) return last.value
      const before = last ?? rendered.current
      const value = select(state)
      last = { state, value: before && isEqual(before.value, value) ? before.value : value }
      return last.value
    }
  }, [run, select, isEqual])
  const value = useSyncExternalStore(subscribe, getSelected, getSelected)
  useEffect(() => {
    rendered.current = { value }
  }, [value])
  return value
}
