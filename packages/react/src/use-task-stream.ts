'use client'
import type { AgentRun, ApprovalAnswer, CancelOptions, CancelReceipt } from '@agentstream/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { useAgentClient } from './provider.tsx'
import { isLiveRun } from './run-entry.ts'
import { type RunQueryOptions, type RunTask, restartEntry, runQueryOptions } from './run-query.ts'
import { connectingSource, idleSource, nothingAsked, type RunView, useRunView } from './run-view.ts'

/** As for `runQueryOptions`, and whether to start at all. */
export interface TaskStreamOptions extends RunQueryOptions {
  /** False starts nothing; a run of this task that others have started is shown all the same. True by default. */
  readonly enabled?: boolean | undefined
}

/** The run of a task, shared by everything on the page that shows it. */
export interface TaskStream extends RunView {
  /** Stops the run on the server, for everyone who shows it. Never rejects; with no run it is `already_finished`. */
  cancel(options?: CancelOptions): Promise<CancelReceipt>
  /** Answers an approval request of the run. Rejects with an AgentStreamError when the answer does not count, as `AgentRun.respond` does. */
  respond(approvalId: string, answer: ApprovalAnswer): Promise<void>
  /** Stops the run and starts its task anew (an attached run is followed anew), for everyone who shows it. Nothing without a task. */
  restart(): AgentRun | undefined
}

/**
 * This task, running: started once by the first component that asks, shared by every component that asks for the same, and
 * shown again when one comes back. When the last has left, it goes on for `keepAliveMs` and is then released by `onRelease`.
 * `{ runId }` follows a run that exists; `undefined` starts nothing. Tasks are compared by what they say, not by identity.
 */
export function useTaskStream(task: RunTask | undefined, options: TaskStreamOptions = {}): TaskStream {
  const { enabled = true, ...rest } = options
  const client = useAgentClient()
  const queryClient = useQueryClient()
  const query = useQuery({ ...runQueryOptions(client, task, rest), enabled })
  const run = isLiveRun(query.data) ? query.data : undefined
  const current = { queryClient, client, task, options: rest, run }
  const latest = useRef(current)
  useEffect(() => {
    latest.current = current
  })
  const actions = useMemo(
    () => ({
      cancel: (options?: CancelOptions): Promise<CancelReceipt> => latest.current.run?.cancel(options) ?? Promise.resolve({ outcome: 'already_finished' }),
      respond: (approvalId: string, answer: ApprovalAnswer): Promise<void> => latest.current.run?.respond(approvalId, answer) ?? Promise.reject(nothingAsked()),
      restart(): AgentRun | undefined {
        const { queryClient, client, task, options } = latest.current
        return task === undefined ? undefined : restartEntry(queryClient, client, task, options)
      },
    }),
    [],
  )
  return useRunView(run, actions, query.isFetching ? connectingSource : idleSource)
}
