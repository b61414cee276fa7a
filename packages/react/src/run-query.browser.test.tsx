import { dehydrate, hydrate, keepPreviousData, QueryClient } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { comeAndGo, completed, token, withoutComplaints } from '../test/harness.tsx'
import { openedTask } from '../test/opened.tsx'
import { runQueryOptions, useTaskStream } from './index.ts'

withoutComplaints()

test('the cache holds the live run itself, the same object from the first token to the last, and nothing it says', async () => {
  const { server, stream, cached, queryClient } = openedTask('a private question')
  await waitFor(() => expect(cached()).toBeDefined())
  const run = cached()
  let updates = 0
  queryClient.getQueryCache().subscribe((event) => event.type === 'updated' && updates++)
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('a private answer'))
  await waitFor(() => expect(stream().text).toBe('a private answer'))
  server.run(0).send(completed)
  await waitFor(() => expect(stream().status).toBe('completed'))
  expect(cached()).toBe(run)
  expect(stream().run).toBe(run)
  expect(updates).toBe(0)
  const [entry] = queryClient.getQueryCache().getAll()
  expect(JSON.stringify(entry?.state)).not.toContain('private')
})

test('nothing of a run is dehydrated, and an app’s own filter is still asked for everything else', async () => {
  const shouldDehydrateQuery = vi.fn(() => true)
  const queryClient = new QueryClient({ defaultOptions: { dehydrate: { shouldDehydrateQuery } } })
  const { cached } = openedTask('a', {}, queryClient)
  await waitFor(() => expect(cached()).toBeDefined())
  queryClient.setQueryData(['theirs'], 1)
  shouldDehydrateQuery.mockClear()
  expect(dehydrate(queryClient).queries.map(({ queryKey }) => queryKey)).toEqual([['theirs']])
  expect(shouldDehydrateQuery).toHaveBeenCalledTimes(1)
  expect(dehydrate(queryClient, {}).queries).toHaveLength(1)
})

test('what a persisted cache made of a run is replaced by a run', async () => {
  const first = openedTask('a')
  await waitFor(() => expect(first.cached()).toBeDefined())
  const written = JSON.parse(JSON.stringify(dehydrate(first.queryClient, { shouldDehydrateQuery: () => true })))
  first.unmount()
  const queryClient = new QueryClient()
  hydrate(queryClient, written)
  const { server, stream } = openedTask('a', {}, queryClient)
  expect(stream()).toMatchObject({ run: undefined, status: 'connecting' })
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('alive'))
  await waitFor(() => expect(stream().text).toBe('alive'))
})

test('L13: focus, visibility, the back-forward cache and reconnecting start no second run', async () => {
  const { methods, server, stream } = openedTask('a')
  await waitFor(() => expect(server.runs).toHaveLength(1))
  comeAndGo()
  server.run(0).send(token('x'), completed)
  await waitFor(() => expect(stream().status).toBe('completed'))
  comeAndGo()
  expect(methods()).toEqual(['POST'])
})

test('neither do invalidating, refetching, prefetching or an app’s eager defaults', async () => {
  const queryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 0,
        refetchOnMount: 'always',
        refetchOnWindowFocus: 'always',
        refetchOnReconnect: 'always',
        refetchInterval: 5,
        gcTime: 0,
        retry: 3,
      },
    },
  })
  const { methods, stream, client, wrapper } = openedTask('a', {}, queryClient)
  await waitFor(() => expect(stream().run).toBeDefined())
  const { run } = stream()
  let fetches = 0
  queryClient.getQueryCache().subscribe((event) => event.type === 'updated' && event.action.type === 'fetch' && fetches++)
  await act(() => queryClient.invalidateQueries())
  await act(() => queryClient.refetchQueries())
  await act(() => queryClient.refetchQueries({ type: 'all' }))
  expect(await queryClient.fetchQuery({ ...runQueryOptions(client, 'a'), staleTime: 0 })).toBe(run)
  comeAndGo()
  expect(fetches).toBe(1) // The one that was asked for in so many words; it gave the run that is there.
  const again = renderHook(() => useTaskStream('a'), { wrapper })
  await waitFor(() => expect(again.result.current.run).toBe(run))
  expect(run?.getSnapshot().timing.endedAt).toBeUndefined()
  expect(methods()).toEqual(['POST'])
})

test('L12: another task shows nothing of the one before, not even where an app keeps previous data', async () => {
  const queryClient = new QueryClient({ defaultOptions: { queries: { placeholderData: keepPreviousData } } })
  const { methods, server, stream, rerender } = openedTask('first', {}, queryClient)
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('one'))
  await waitFor(() => expect(stream().text).toBe('one'))
  rerender({ task: 'second' })
  expect(stream()).toMatchObject({ text: '', run: undefined, status: 'connecting' })
  await waitFor(() => expect(server.runs).toHaveLength(2))
  server.run(0).send(token(' more'))
  server.run(1).send(token('two'))
  await waitFor(() => expect(stream().text).toBe('two'))
  rerender({ task: 'first' })
  expect(stream().text).toBe('one more')
  expect(methods()).toEqual(['POST', 'POST'])
})

test('coming back within keepAliveMs shows the same run, further on', async () => {
  const { methods, server, stream, unmount, wrapper } = openedTask('a')
  await waitFor(() => expect(stream().run).toBeDefined())
  const { run } = stream()
  unmount()
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('meanwhile'))
  await waitFor(() => expect(run?.getSnapshot().counts.tokens).toBe(1))
  const { result } = renderHook(() => useTaskStream('a'), { wrapper })
  expect(result.current).toMatchObject({ run, text: 'meanwhile', isStreaming: true })
  expect(methods()).toEqual(['POST'])
})
