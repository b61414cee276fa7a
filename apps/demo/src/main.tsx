import { AgentClientProvider } from '@agentstream/react'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { createDemoClient } from './model/demo-client.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/layout.css'
import './styles/run.css'
import './styles/tools.css'
import './styles/workflow.css'
import './styles/markdown.css'
import './styles/inspector.css'

const client = createDemoClient()
const queries = new QueryClient()
const root = document.getElementById('root')

if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <AgentClientProvider client={client}>
          <App />
        </AgentClientProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
}
