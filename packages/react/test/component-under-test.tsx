import { scriptedClient } from '@agentstream/client/testing'
import { AgentClientProvider } from '@agentstream/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'

const client = scriptedClient([
  { type: 'tool_call', tool_name: 'tide', parameters: { port: 'Brest' }, tool_call_id: 't1' },
  { type: 'tool_result', tool_name: 'tide', result: { highWater: '14:05' }, tool_call_id: 't1' },
  { type: 'token', content: 'High water at 14:05.' },
  { type: 'completed', success: true },
])

/** Around the component under test: every run says the above, and nothing is asked of any server. */
export function Scripted({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient())
  return (
    <QueryClientProvider client={queryClient}>
      <AgentClientProvider client={client}>{children}</AgentClientProvider>
    </QueryClientProvider>
  )
}
