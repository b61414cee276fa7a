import { createAgentClient } from '@agentstream/client'
import { AgentClientProvider, useAgentStream } from '@agentstream/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'

const client = createAgentClient({ url: '/api' })
const queries = new QueryClient()

function Harbour() {
  const stream = useAgentStream({ agent: 'harbour' })
  return (
    <form action={(form) => void stream.send(String(form.get('question')))}>
      <input name="question" required />
      <button type="submit">Ask</button>
      <button type="button" onClick={stream.stop} disabled={!stream.isStreaming}>
        Stop
      </button>
      <p>{stream.text}</p>
      {stream.error && <p role="alert">{stream.error.message}</p>}
    </form>
  )
}

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <AgentClientProvider client={client}>
        <Harbour />
      </AgentClientProvider>
    </QueryClientProvider>
  )
}
