'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useAgentClient } from './provider.tsx'
import { useRunView } from './run-view.ts'
import { type AgentStream, type AgentStreamOptions, createTurns, type TurnSettings } from './turns.ts'

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
  const [{ hold, getTurns, ...actions }] = useState(() => createTurns(() => latest.current))
  // No state of React's: what an asynchronous action sends would be shown when the action is over, and that waits for the run.
  const turns = useSyncExternalStore(hold, getTurns, getTurns)
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once, like the turns they belong to.
  const more = useMemo(() => ({ turns, ...actions }), [turns])
  return useRunView(turns.at(-1)?.run, more)
}
