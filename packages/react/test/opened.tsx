import { QueryClient } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import { type AgentStreamOptions, type RunTask, runQueryOptions, type TaskStreamOptions, useAgentStream, useTaskStream } from '../src/index.ts'
import { acting, agentServer, page } from './harness.tsx'

/** A page with one component that uses `useAgentStream`, and the server it speaks to. */
export function openedStream(options?: AgentStreamOptions, queryClient: QueryClient = new QueryClient()) {
  const server = agentServer()
  const at = page(server.fetch, queryClient)
  const view = renderHook((given: AgentStreamOptions | undefined) => useAgentStream(given), { wrapper: at.wrapper, initialProps: options })
  const send = (text: string) => acting(() => view.result.current.send(text))
  return { ...view, ...at, server, send, stream: () => view.result.current }
}

interface Asked {
  readonly task: RunTask | undefined
  readonly options?: TaskStreamOptions
}

/** A page with one component that uses `useTaskStream`, and the server it speaks to. */
export function openedTask(task: RunTask | undefined, options?: TaskStreamOptions, queryClient: QueryClient = new QueryClient()) {
  const server = agentServer()
  const at = page(server.fetch, queryClient)
  const initialProps: Asked = { task, ...(options ? { options } : {}) }
  const view = renderHook((asked: Asked) => useTaskStream(asked.task, asked.options), { wrapper: at.wrapper, initialProps })
  const cached = () => queryClient.getQueryData(runQueryOptions(at.client, task, options).queryKey)
  const methods = () => server.requests.map(({ method }) => method)
  return { ...view, ...at, server, cached, methods, stream: () => view.result.current }
}
