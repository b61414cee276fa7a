import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { agentServer, page, token, withoutComplaints } from '../test/harness.tsx'
import { openedTask } from '../test/opened.tsx'
import { runQueryOptions, useTaskStream } from './index.ts'

withoutComplaints()

test('L10: when the cache lets go of a task, its run is cancelled on the server', async () => {
  const { methods, server, stream, unmount, cached } = openedTask('a', { keepAliveMs: 0 })
  await waitFor(() => expect(stream().run).toBeDefined())
  const { run } = stream()
  await waitFor(() => expect(server.runs).toHaveLength(1))
  unmount()
  await waitFor(() => expect(cached()).toBeUndefined())
  await waitFor(() => expect(run?.getSnapshot().status).toBe('cancelled'))
  expect(methods()).toEqual(['POST', 'DELETE'])
})

test('L10: with onRelease detach it is only watched no more', async () => {
  const { methods, server, unmount } = openedTask('a', { keepAliveMs: 0, onRelease: 'detach' })
  await waitFor(() => expect(server.runs).toHaveLength(1))
  unmount()
  await waitFor(() => expect(server.run(0).isAborted).toBe(true))
  expect(methods()).toEqual(['POST'])
})

test('L10: it goes on while one of those who share it stays', async () => {
  const { methods, server, stream, wrapper, unmount } = openedTask('a', { keepAliveMs: 0 })
  await waitFor(() => expect(server.runs).toHaveLength(1))
  const other = renderHook(() => useTaskStream('a', { keepAliveMs: 0 }), { wrapper })
  unmount()
  server.run(0).send(token('still here'))
  await waitFor(() => expect(other.result.current.text).toBe('still here'))
  expect(other.result.current.run).toBe(stream().run)
  other.unmount()
  await waitFor(() => expect(methods()).toEqual(['POST', 'DELETE']))
})

test('an entry that is removed before its run arrived in it takes the run with it', async () => {
  const server = agentServer()
  const { client, queryClient } = page(server.fetch)
  const options = runQueryOptions(client, 'a')
  const fetched = queryClient.fetchQuery(options)
  queryClient.removeQueries({ queryKey: options.queryKey })
  await expect(fetched).rejects.toMatchObject({ silent: true })
  await waitFor(() => expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE']))
})

test('an entry that is reset stops its run and starts another', async () => {
  const { methods, stream, queryClient } = openedTask('a')
  await waitFor(() => expect(stream().run).toBeDefined())
  const { run } = stream()
  await act(() => queryClient.resetQueries())
  await waitFor(() => expect(run?.getSnapshot().status).toBe('cancelled'))
  await waitFor(() => expect(stream().run).not.toBe(run))
  expect(stream().isStreaming).toBe(true)
  await waitFor(() => expect(methods().sort()).toEqual(['DELETE', 'POST', 'POST']))
})
