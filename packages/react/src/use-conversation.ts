'use client'
import { type AgentStreamError, type Conversation, readConversation } from '@agentstream/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useAgentClient } from './provider.tsx'
import { whereItHelps } from './retry.ts'

/** Whose conversation it is. */
export interface ConversationQueryOptions {
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
}

/**
 * What was said in a conversation before this component came: its earlier turns, above those of `useAgentStream({ sessionId })` in
 * the same component. Read once and kept as it was for as long as something shows it, so that no turn is shown twice: what is said
 * from now on is among the turns. `liveRun` is an answer that was on its way; `attach` makes it a turn. Until this has answered, a
 * turn that is sent may be told here as well. Without a session id nothing is asked. A component that changes its conversation
 * needs the id as its `key`.
 */
export function useConversation(sessionId = '', { agent }: ConversationQueryOptions = {}): UseQueryResult<Conversation, AgentStreamError> {
  const client = useAgentClient()
  return useQuery<Conversation, AgentStreamError>({
    queryKey: ['agentstream', 'conversation', client.url, agent, sessionId],
    queryFn: ({ signal }) => readConversation(client, { agent, sessionId, signal }),
    retry: whereItHelps,
    enabled: sessionId !== '',
    staleTime: 'static',
    // What could not be read is not read later by itself: by then it has what was said on this page.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    // Whoever comes back later wants to see what was said since.
    gcTime: 0,
  })
}
