import { type AgentRun, createAgentClient } from '@agentstream/client'
import { AgentClientProvider, useAgentStream, useRun, useTaskStream } from '@agentstream/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'

const client = createAgentClient({ url: '/api' })
const queryClient = new QueryClient()

export function App() {
  return (
    <QueryClientProvider client={queryClient}>
      <AgentClientProvider client={client}>
        <Chat />
        <Summary />
      </AgentClientProvider>
    </QueryClientProvider>
  )
}

/** Runs on demand. Renders when a turn is added and when a run begins or ends: it reads nothing that changes more often. */
function Chat() {
  const { turns, send, stop, isStreaming } = useAgentStream()
  return (
    <>
      {turns.map((turn) => (
        <Answer key={turn.id} run={turn.run} />
      ))}
      <button type="button" onClick={() => (isStreaming ? stop() : send('What can you do?'))}>
        {isStreaming ? 'Stop' : 'Ask'}
      </button>
    </>
  )
}

/** Renders once per frame while its run speaks, and alone. */
function Answer({ run }: { run: AgentRun }) {
  const parts = useRun(run, (state) => state.main.parts)
  return <p>{parts.map((part) => (part.kind === 'text' ? part.text : null))}</p>
}

/** One run, however many components ask for it. */
function Summary() {
  const { text, status, error, restart } = useTaskStream('Summarise the news')
  if (error) return <button onClick={restart} type="button">{`${error.message}. Again?`}</button>
  return <p aria-busy={status === 'streaming'}>{text}</p>
}
