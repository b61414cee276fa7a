import { type AgentInfo, AgentStreamError, HttpError } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { QueryClient } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest'
import { page } from '../test/harness.tsx'
import { useAgentClient, useAgentInfo } from './index.ts'

afterEach(cleanup)

const json = { 'content-type': 'application/json' }

test('tells what an agent is, asked once under StrictMode', async () => {
  const { fetch, requests } = scriptedFetch({ headers: json, body: '{"name":"writer","model":"small","tools":[{"name":"search","description":"Finds"}]}' })
  const { result } = renderHook(() => useAgentInfo('writer'), { wrapper: page(fetch).wrapper })
  await waitFor(() => expect(result.current.isSuccess).toBe(true))
  expectTypeOf(result.current.data).toEqualTypeOf<AgentInfo | undefined>()
  expect(result.current.data).toEqual({ name: 'writer', model: 'small', tools: [{ name: 'search', description: 'Finds' }], supportsStreaming: true })
  expect(requests.map(({ method, url }) => [method, url])).toEqual([['GET', 'https://agents.test/agents/writer']])
})

test('an answer that will not change is not asked for again', async () => {
  const { fetch, requests } = scriptedFetch({ status: 404 })
  const { result } = renderHook(() => useAgentInfo(), { wrapper: page(fetch).wrapper })
  await waitFor(() => expect(result.current.isError).toBe(true))
  expect(result.current.error).toBeInstanceOf(HttpError)
  expect(requests).toHaveLength(1)
})

test('a lost connection is an AgentStreamError, and asked for again', async () => {
  const { fetch, requests } = scriptedFetch(new TypeError('Failed to fetch'))
  const queryClient = new QueryClient({ defaultOptions: { queries: { retryDelay: 0 } } })
  const { result } = renderHook(() => useAgentInfo(), { wrapper: page(fetch, queryClient).wrapper })
  await waitFor(() => expect(result.current.isError).toBe(true))
  expect(result.current.error).toMatchObject({ code: 'interrupted', retryable: true })
  expect(requests).toHaveLength(4)
})

test('without a provider the hooks say what is missing', () => {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(() => renderHook(() => useAgentClient())).toThrow(AgentStreamError)
  expect(() => renderHook(() => useAgentClient())).toThrow('put <AgentClientProvider client={…}> above')
  quiet.mockRestore()
})
