import { type AgentRun, AgentStreamError, initialRunState, type RunFailure, type RunState, type RunStatus, selectText } from '@agentstream/client'
import { useCallback, useMemo, useState } from 'react'
import { shallowEqual } from './shallow-equal.ts'
import { type RunSource, useRun } from './use-run.ts'

/**
 * What a hook tells of its run. Reading a member is what subscribes to it: a component that reads `isStreaming` renders when
 * a run begins and when it ends, one that reads `text` or `state` renders once per publish. Members always give what is true
 * now, in callbacks too.
 */
export interface RunView {
  readonly run: AgentRun | undefined
  /** That of an idle run while there is none. */
  readonly state: RunState
  readonly status: RunStatus
  /** All text of the main loop, so far. It stays when the run fails or is stopped. */
  readonly text: string
  /** What broke the stream, or what the agent said went wrong (code `agent`). A cancelled run has none. */
  readonly error: AgentStreamError | undefined
  /** True from the start of the run to its end, however it ends. */
  readonly isStreaming: boolean
}

/** What to compare for each member that was read. Texts are compared by the loop that holds them: never by their letters. */
const watched = {
  state: (state: RunState) => state,
  status: (state: RunState) => state.status,
  text: (state: RunState) => state.main,
  error: (state: RunState) => state.failure,
  isStreaming: isLive,
}
type Watched = keyof typeof watched

export const idleSource: RunSource = still(initialRunState(''))
/** Shown while the cache is about to start a run. */
export const connectingSource: RunSource = still({ ...initialRunState(''), status: 'connecting' })

function still(state: RunState): RunSource {
  return { getSnapshot: () => state, subscribe: () => () => {} }
}

/** The view of a run, with further members of the hook's own. `instead` is what is shown while there is no run. */
export function useRunView<More extends object>(run: AgentRun | undefined, more: More, instead = idleSource): RunView & More {
  // Grows while components render and never shrinks; a member that is read for the first time is compared from then on.
  const [read] = useState(() => new Set<Watched>())
  const select = useCallback((state: RunState) => Object.fromEntries([...read].map((name) => [name, watched[name](state)])), [read])
  const source = run ?? instead
  const seen = useRun(source, select, shallowEqual)
  // A new object whenever something read has changed, so that it can be handed to memoised components.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `seen` decides when, not what.
  return useMemo(() => Object.assign(viewOf(run, source, read), more), [run, source, read, more, seen])
}

function viewOf(run: AgentRun | undefined, source: RunSource, read: Set<Watched>): RunView {
  const state = (name: Watched): RunState => {
    read.add(name)
    return source.getSnapshot()
  }
  return {
    run,
    get state() {
      return state('state')
    },
    get status() {
      return state('status').status
    },
    get text() {
      return selectText(state('text'))
    },
    get error() {
      const { failure } = state('error')
      return run?.error ?? (failure && agentError(failure))
    },
    get isStreaming() {
      return isLive(state('isStreaming'))
    },
  }
}

function isLive({ status }: RunState): boolean {
  return status === 'connecting' || status === 'streaming' || status === 'waiting'
}

// One error per failure, so that it can stand among the dependencies of an effect.
const agentErrors = new WeakMap<RunFailure, AgentStreamError>()

/** What an agent said went wrong, as an error. */
export function agentError(failure: RunFailure): AgentStreamError {
  const error = agentErrors.get(failure) ?? new AgentStreamError('agent', failure.message, { retryable: failure.retryable })
  agentErrors.set(failure, error)
  return error
}

/** An answer where there is no run that could have asked. */
export function nothingAsked(): AgentStreamError {
  return new AgentStreamError('agent', 'There is no run that asks for an approval here')
}
