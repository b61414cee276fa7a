import { type AgentEvent, type AgentStreamError, isAgentStreamError } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { dehydrate, MutationCache, onlineManager, QueryClient, useIsMutating } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { acting, agentServer, comeAndGo, completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { openedStream } from '../test/opened.tsx'
import { useAgentStream } from './index.ts'

withoutComplaints()

test('useIsMutating is true exactly while a run is live', async () => {
  const server = agentServer()
  const { wrapper } = page(server.fetch)
  const { result } = renderHook(() => ({ stream: useAgentStream(), live: useIsMutating({ mutationKey: ['agentstream'] }) }), { wrapper })
  expect(result.current.live).toBe(0)
  for (const end of [completed, { type: 'error', error: 'no' } satisfies AgentEvent]) {
    const at = server.runs.length
    acting(() => result.current.stream.send('a'))
    await waitFor(() => expect(result.current.live).toBe(1))
    await waitFor(() => expect(server.runs).toHaveLength(at + 1))
    server.run(at).send(token('x'))
    await waitFor(() => expect(result.current.stream.text).toBe('x'))
    expect(result.current.live).toBe(1)
    server.run(at).send(end)
    await waitFor(() => expect(result.current.live).toBe(0))
    expect(result.current.stream.isStreaming).toBe(false)
  }
  acting(() => result.current.stream.send('a'))
  acting(() => result.current.stream.send('b'))
  await waitFor(() => expect(result.current.live).toBe(2))
  await act(() => result.current.stream.cancel())
  await waitFor(() => expect(result.current.live).toBe(1))
  act(() => result.current.stream.reset())
  await waitFor(() => expect(result.current.live).toBe(0))
})

test('holds none of a run’s words, and has nothing of a run to dehydrate', async () => {
  const errors: AgentStreamError[] = []
  const queryClient = new QueryClient({ mutationCache: new MutationCache({ onError: (error) => isAgentStreamError(error) && errors.push(error) }) })
  const { server, send, stream } = openedStream({}, queryClient)
  send('a private question')
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('a private answer'))
  await waitFor(() => expect(stream().text).toBe('a private answer'))
  const cached = () =>
    JSON.stringify([queryClient.getMutationCache().getAll(), queryClient.getQueryCache().getAll()].map((all) => all.map(({ state }) => state)))
  expect(cached()).not.toContain('private')
  expect(dehydrate(queryClient)).toEqual({ mutations: [], queries: [] })
  server.run(0).send(completed)
  await waitFor(() => expect(stream().status).toBe('completed'))
  await waitFor(() => expect(queryClient.isMutating()).toBe(0))
  expect(cached()).not.toContain('private')
  expect(dehydrate(queryClient)).toEqual({ mutations: [], queries: [] })
  expect(errors).toEqual([])
})

test('an app’s retries and a page that is offline change nothing: the client has its own patience', async () => {
  const queryClient = new QueryClient({ defaultOptions: { mutations: { retry: 3, retryDelay: 0, gcTime: 0 } } })
  const onFinish = vi.fn()
  const { fetch, requests } = scriptedFetch({ status: 500 })
  const { wrapper } = page(fetch, queryClient)
  const { result } = renderHook(() => useAgentStream({ onFinish }), { wrapper })
  onlineManager.setOnline(false)
  try {
    acting(() => result.current.send('a'))
    await waitFor(() => expect(result.current.status).toBe('failed'))
    await waitFor(() => expect(queryClient.isMutating()).toBe(0))
    expect(dehydrate(queryClient).mutations).toEqual([])
  } finally {
    onlineManager.setOnline(true)
  }
  expect(requests).toHaveLength(1)
  expect(onFinish).toHaveBeenCalledTimes(1)
})

test('L13: hiding, showing, leaving for the back-forward cache, going offline and back: no second POST', async () => {
  const { server, send, stream } = openedStream()
  send('a')
  await waitFor(() => expect(server.runs).toHaveLength(1))
  comeAndGo()
  server.run(0).send(token('x'), completed)
  await waitFor(() => expect(stream().status).toBe('completed'))
  comeAndGo()
  expect(server.requests).toHaveLength(1)
})
