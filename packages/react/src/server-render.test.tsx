import { createAgentClient } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { AgentClientProvider, useAgentStream, useTaskStream } from './index.ts'

test('rendering on a server starts nothing and shows what the page will show first', () => {
  const { fetch, requests } = scriptedFetch()
  const Page = () => (
    <p>
      {useAgentStream().status}, {useTaskStream('a task').status}
    </p>
  )
  const html = renderToString(
    <QueryClientProvider client={new QueryClient()}>
      <AgentClientProvider client={createAgentClient({ url: 'https://agents.test', fetch })}>
        <Page />
      </AgentClientProvider>
    </QueryClientProvider>,
  )
  expect(html).toBe('<p>idle<!-- -->, <!-- -->connecting</p>')
  expect(requests).toEqual([])
})
