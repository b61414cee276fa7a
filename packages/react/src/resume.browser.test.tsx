import { faults, faultyFetch } from '@agentstream/client/testing'
import { QueryClient } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { useAgentStream, useTaskStream } from './index.ts'

withoutComplaints()

/** A server that keeps one run: what was said of it so far, and from a cursor on what was said after it. */
function keepingServer() {
  const kept: string[] = []
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const after = new Headers(init?.headers).get('last-event-id')
    asked.push(`${init?.method} ${after ?? 'all'}`)
    return new Response(kept.slice(Number(after?.split('-')[1] ?? 0)).join(''), {
      headers: { 'content-type': 'text/event-stream', 'agentstream-run-id': 'r' },
    })
  }
  const say = (...events: readonly object[]): void => {
    for (const event of events) kept.push(`id: k-${kept.length + 1}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  const finish = (): void => void kept.push('event: end\ndata: {"outcome":"completed"}\n\n')
  return { fetch, asked, say, finish }
}
const atOnce = { baseMs: 0, maxMs: 0 }

test('L17: a page that is loaded anew shows the run from its start, and starts nothing', async () => {
  const { fetch, asked, say, finish } = keepingServer()
  const before = page(faultyFetch(fetch, () => faults().halfOpen()))
  say(token('Once '), token('upon '))
  const first = renderHook(() => useTaskStream({ runId: 'r' }), { wrapper: before.wrapper })
  await waitFor(() => expect(first.result.current.text).toBe('Once upon '))
  first.unmount()
  before.queryClient.clear()
  say(token('a time'), completed)
  finish()
  const { wrapper } = page(fetch)
  const { result } = renderHook(() => useTaskStream({ runId: 'r' }), { wrapper })
  await waitFor(() => expect(result.current).toMatchObject({ status: 'completed', text: 'Once upon a time' }))
  expect(asked).toEqual(['GET all', 'GET all'])
})

test('L18: two tabs that follow one run show the same, whatever their networks do', async () => {
  const { fetch, say, finish } = keepingServer()
  say(token('Once '), token('upon '), token('a '), token('time'), completed)
  finish()
  const tabs = [2, 3].map((attempts) => {
    const { wrapper } = page(
      faultyFetch(fetch, (attempt) =>
        attempt < attempts
          ? faults()
              .split(attempts)
              .cutAt(70 * attempts)
          : undefined,
      ),
      new QueryClient(),
      atOnce,
    )
    return renderHook(() => useTaskStream({ runId: 'r' }), { wrapper }).result
  })
  await waitFor(() => expect(tabs.map(({ current }) => current.status)).toEqual(['completed', 'completed']))
  expect(tabs.map(({ current }) => current.state.main)).toEqual([tabs[1]?.current.state.main, tabs[0]?.current.state.main])
  expect(tabs[0]?.current.text).toBe('Once upon a time')
})

test('N1 N16: a stream that is cut goes on in the component that shows it, without an error and without a repeated word', async () => {
  const { fetch, asked, say, finish } = keepingServer()
  say(token('Once '), token('upon '), token('a time'), completed)
  finish()
  const { wrapper } = page(
    faultyFetch(fetch, (attempt) => (attempt === 0 ? faults().cutAt(100) : undefined)),
    new QueryClient(),
    atOnce,
  )
  const { result } = renderHook(() => useAgentStream(), { wrapper })
  act(() => void result.current.send('Tell'))
  await waitFor(() => expect(result.current).toMatchObject({ status: 'completed', text: 'Once upon a time', error: undefined }))
  expect(asked).toEqual(['POST all', 'GET k-2'])
})
