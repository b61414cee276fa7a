'use client'
import type { AgentInfo, AgentStreamError } from '@agentstream/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useAgentClient } from './provider.tsx'
import { whereItHelps } from './retry.ts'

/**
 * What an agent is and can do; the server's default agent when none is named. An ordinary query: it goes stale and is
 * refetched as the app's defaults say. Tried again, up to three times, only where that can help: never after a 401 or a 404.
 */
export function useAgentInfo(agent?: string): UseQueryResult<AgentInfo, AgentStreamError> {
  const client = useAgentClient()
  return useQuery<AgentInfo, AgentStreamError>({
    queryKey: ['agentstream', 'info', client.url, agent],
    queryFn: ({ signal }) => client.info(agent, { signal }),
    retry: whereItHelps,
  })
}
