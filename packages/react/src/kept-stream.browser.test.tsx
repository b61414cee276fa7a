import { renderHook, waitFor } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { acting, agentServer, completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { useKeptStream } from '../test/kept-stream.tsx'

withoutComplaints()
afterEach(() => sessionStorage.clear())

test('L17: a conversation is there again after a reload, as the README shows: what is over, what is under way, and what comes next', async () => {
  const server = agentServer()
  const open = () => renderHook(() => useKeptStream({ onUnmount: 'detach' }), { wrapper: page(server.fetch).wrapper })
  const before = open()
  const first = acting(() => before.result.current.send('first', { agent: 'picked' }))
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('one'), completed)
  await waitFor(() => expect(before.result.current.status).toBe('completed'))
  const second = acting(() => before.result.current.send('second'))
  await waitFor(() => expect(server.runs).toHaveLength(2))
  before.unmount()

  const { result } = open()
  await waitFor(() => expect(server.runs).toHaveLength(4))
  expect(server.requests.slice(2).map(({ url }) => url)).toEqual([first, second].map(({ id }) => `https://agents.test/runs/${id}/events`))
  server.run(2).send(token('one'), completed)
  server.run(3).send(token('two'), completed)
  await waitFor(() => expect(result.current).toMatchObject({ text: 'two', status: 'completed' }))
  expect(result.current.turns).toMatchObject([
    { id: first.id, input: 'first', options: { agent: 'picked' } },
    { id: second.id, input: 'second' },
  ])
  expect(result.current.turns[0]?.run.getSnapshot()).toMatchObject({ status: 'completed', main: { parts: [{ text: 'one' }] } })
  acting(() => result.current.send('third'))
  await waitFor(() => expect(server.runs).toHaveLength(5))
  const sessions = [0, 1, 4].map((at) => server.run(at).body.task).map((task) => Object(task).session_id)
  expect(new Set(sessions).size).toBe(1)
  expect(sessions[0]).toEqual(expect.any(String))
})
