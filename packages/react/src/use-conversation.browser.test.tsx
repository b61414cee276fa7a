import { type Conversation, HttpError } from '@agentstream/client'
import { QueryClient } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, expectTypeOf, test } from 'vitest'
import { Conversation as ConversationPage } from '../test/conversation.tsx'
import { acting, agentServer, comeAndGo, completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { useAgentStream, useConversation } from './index.ts'

withoutComplaints()
afterEach(cleanup)

const user = (text: string) => ({ role: 'user', text })
const assistant = (text: string) => ({ role: 'assistant', text, tool_calls: [] })
const before = [user('Tides?'), assistant('Low.')]

/** A server of runs that also says what was said, as it stands whenever it is asked. */
function talkative(said: { messages: readonly unknown[]; live_run?: unknown } | Response) {
  const server = agentServer()
  const asked: string[] = []
  const state = { said }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (!String(input).includes('/sessions/')) return server.fetch(input, init)
    init?.signal?.throwIfAborted()
    asked.push(String(input))
    return state.said instanceof Response ? state.said.clone() : Response.json(state.said)
  }
  return { server, asked, state, fetch }
}

test('tells what was said before, asked once under StrictMode', async () => {
  const { fetch, asked } = talkative({ messages: before })
  const { result } = renderHook(() => useConversation('b/c', { agent: 'harbour' }), { wrapper: page(fetch).wrapper })
  await waitFor(() => expect(result.current.isSuccess).toBe(true))
  expectTypeOf(result.current.data).toEqualTypeOf<Conversation | undefined>()
  expect(result.current.data?.messages.map(({ text }) => text)).toEqual(['Tides?', 'Low.'])
  expect(asked).toEqual(['https://agents.test/agents/harbour/sessions/b%2Fc'])
})

test.each([undefined, ''])('without a session nothing is asked: %j', async (sessionId) => {
  const { fetch, asked } = talkative({ messages: before })
  const { result } = renderHook(() => useConversation(sessionId), { wrapper: page(fetch).wrapper })
  expect(result.current).toMatchObject({ isPending: true, fetchStatus: 'idle' })
  expect(asked).toEqual([])
})

test('stays as it was, whatever is said now and whatever the page goes through: no turn is shown twice', async () => {
  const { fetch, asked, state, server } = talkative({ messages: before })
  const eager = { refetchOnWindowFocus: 'always', refetchOnReconnect: 'always', refetchOnMount: 'always' } as const
  const { queryClient, wrapper } = page(fetch, new QueryClient({ defaultOptions: { queries: eager } }))
  const { result } = renderHook(() => ({ earlier: useConversation('s').data?.messages, stream: useAgentStream({ sessionId: 's' }) }), { wrapper })
  await waitFor(() => expect(result.current.earlier).toHaveLength(2))
  acting(() => result.current.stream.send('And now?'))
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('High.'), completed)
  state.said = { messages: [...before, user('And now?'), assistant('High.')] }
  await waitFor(() => expect(result.current.stream.status).toBe('completed'))
  comeAndGo()
  await act(() => queryClient.invalidateQueries())
  expect(result.current.earlier).toHaveLength(2)
  expect(result.current.stream.turns).toHaveLength(1)
  expect(asked).toHaveLength(1)
})

test('who comes back later is told what was said since', async () => {
  const { fetch, state } = talkative({ messages: before })
  const { wrapper, queryClient } = page(fetch)
  const first = renderHook(() => useConversation('s'), { wrapper })
  await waitFor(() => expect(first.result.current.data?.messages).toHaveLength(2))
  first.unmount()
  await waitFor(() => expect(queryClient.getQueryCache().getAll()).toEqual([]))
  state.said = { messages: [...before, user('And now?'), assistant('High.')] }
  const second = renderHook(() => useConversation('s'), { wrapper })
  await waitFor(() => expect(second.result.current.data?.messages).toHaveLength(4))
})

test('an answer that was on its way becomes the first turn, once, as the README shows', async () => {
  const { fetch, server } = talkative({ messages: before, live_run: { run_id: 'r-1', description: 'And now?' } })
  const { container } = render(<ConversationPage sessionId="s" />, { wrapper: page(fetch).wrapper })
  const shown = () => Array.from(container.querySelectorAll('pre, p'), (paragraph) => paragraph.textContent)
  expect(screen.getByRole<HTMLButtonElement>('button').disabled).toBe(true)
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(token('High.'), completed)
  await waitFor(() => expect(shown()).toEqual(['user: Tides?\nassistant: Low.', 'And now?', 'High.']))
  expect(server.requests).toEqual([{ method: 'GET', url: 'https://agents.test/runs/r-1/events' }])
  fireEvent.click(screen.getByRole('button'))
  await waitFor(() => expect(server.runs).toHaveLength(2))
  expect(server.run(1).body.task).toEqual({ description: 'And tomorrow?', session_id: 's' })
  expect(shown()).toEqual(['user: Tides?\nassistant: Low.', 'And now?', 'And tomorrow?', ''])
})

test('what cannot be read is an AgentStreamError, and not read later by itself: by then it has the turns of this page', async () => {
  const { fetch, asked } = talkative(new Response('', { status: 401 }))
  const { result } = renderHook(() => useConversation('s'), { wrapper: page(fetch).wrapper })
  await waitFor(() => expect(result.current.isError).toBe(true))
  expect(result.current.error).toBeInstanceOf(HttpError)
  comeAndGo()
  expect(asked).toHaveLength(1)
})
