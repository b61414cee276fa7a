'use client'
import { type AgentClient, AgentStreamError } from '@agentstream/client'
import { createContext, type ReactElement, type ReactNode, useContext } from 'react'

const AgentClientContext = createContext<AgentClient | undefined>(undefined)

/** `client` is made once, outside of components. */
export interface AgentClientProviderProps {
  readonly client: AgentClient
  readonly children?: ReactNode
}

/** Gives the hooks below it their client. Sits inside the app's QueryClientProvider; the nearest one wins. */
export function AgentClientProvider({ client, children }: AgentClientProviderProps): ReactElement {
  return <AgentClientContext.Provider value={client}>{children}</AgentClientContext.Provider>
}

/** The client of the nearest provider. Throws an AgentStreamError where there is none. */
export function useAgentClient(): AgentClient {
  const client = useContext(AgentClientContext)
  if (!client) throw new AgentStreamError('agent', 'No agent client here: put <AgentClientProvider client={…}> above this component')
  return client
}
