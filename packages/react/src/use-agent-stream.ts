'use client'
import type { AgentRun, ApprovalAnswer, CancelOptions, CancelReceipt, RunInput } from '@agentstream/client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useAgentClient } from './provider.tsx'
import { type RunView, useRunView } from './run-view.ts'
import { type AgentStreamOptions, createTurns, type Turn, type TurnSettings } from './turns.ts'

/** `run`, `state` and what follows from it are those of the last turn. */
export interface AgentStream extends RunView {
  /** Oldest first. They keep their text and their state, however their runs ended. */
  readonly turns: readonly Turn[]
  /** Starts a run at once and returns it. A run that is still live goes on as its own turn; `stop` it first where that is not wanted. */
  send(input: RunInput): AgentRun
  /**
   * Shows a run that exists on the server as a turn: one that was under way when the page was loaded anew, or that another page
   * started. `input` is what it was asked, for display and for `regenerate`. A run that is shown already is not added again.
   */
  attach(runId: string, input: RunInput): AgentRun
  /** Stops the last turn's run on the server and says how that went. Never rejects; with nothing sent it is `already_finished`. */
  cancel(options?: CancelOptions): Promise<CancelReceipt>
  /** `cancel` for those who do not ask how it went. */
  stop(): void
  /**
   * Answers an approval request of any turn. Rejects with an AgentStreamError when the answer does not count: HttpError 409 when it
   * was answered before or its time was up, 404 when nobody asked.
   */
  respond(approvalId: string, answer: ApprovalAnswer): Promise<void>
  /** Runs the last turn's input again in its place, stopping its run if that is live. Nothing when nothing was sent. */
  regenerate(): AgentRun | undefined
  /** Stops every live run and forgets the turns. */
  reset(): void
}

/**
 * Runs on demand: `send` starts one and adds a turn. Each run is a mutation that is pending exactly as long as the run lives;
 * `useIsMutating({ mutationKey: ['agentstream'] })` counts them. Options may change between renders; a run keeps those it was
 * sent with, callbacks excepted. All functions keep their identity.
 *
 * For things people do. A run that belongs to a component's being there is `useTaskStream`'s: an effect that sends is
 * repeated by StrictMode, and sends twice.
 */
export function useAgentStream(options: AgentStreamOptions = {}): AgentStream {
  const settings: TurnSettings = { ...options, client: useAgentClient(), queryClient: useQueryClient() }
  const latest = useRef(settings)
  useEffect(() => {
    latest.current = settings
  })
  const [turns, show] = useState<readonly Turn[]>([])
  const [{ hold, ...actions }] = useState(() => createTurns(() => latest.current, show))
  useEffect(hold, [hold])
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once, like the turns they belong to.
  const more = useMemo(() => ({ turns, ...actions }), [turns])
  return useRunView(turns.at(-1)?.run, more)
}
