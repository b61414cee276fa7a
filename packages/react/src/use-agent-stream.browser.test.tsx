import type { AgentEvent, AgentStreamError, RunState } from '@agentstream/client'
import { HttpError, isAgentStreamError, StreamInterruptedError } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { dehydrate, MutationCache, onlineManager, QueryClient, useIsMutating } from '@tanstack/react-query'
import { act, cleanup, renderHook, waitFor } from '@testing-library/react'
import { useEffect } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { acting, agentServer, comeAndGo, completed, page, token } from '../test/harness.tsx'
import { type AgentStreamOptions, type Turn, useAgentStream } from './index.ts'

const complaints = vi.spyOn(console, 'error')
beforeEach(() => void complaints.mockClear())
afterEach(() => {
  cleanup()
  expect(complaints).not.toHaveBeenCalled()
})

function opened(options?: AgentStreamOptions, queryClient = new QueryClient()) {
  const server = agentServer()
  const at = page(server.fetch, queryClient)
  const view = renderHook((given: AgentStreamOptions | undefined) => useAgentStream(given), { wrapper: at.wrapper, initialProps: options })
  const send = (text: string) => acting(() => view.result.current.send(text))
  return { ...view, ...at, server, send, stream: () => view.result.current }
}

describe('sending', () => {
  test('L11: StrictMode starts nothing by itself, and one send is one request and one run', async () => {
    const { server, send, stream } = opened()
    expect(server.requests).toEqual([])
    expect(stream()).toMatchObject({ turns: [], run: undefined, status: 'idle', text: '', error: undefined, isStreaming: false })

    const run = send('Say hello')
    expect(stream().run).toBe(run)
    expect(stream()).toMatchObject({ status: 'connecting', isStreaming: true, turns: [{ id: run.id, input: 'Say hello', run }] })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    expect(server.run(0).body).toMatchObject({ run_id: run.id, task: { description: 'Say hello' } })

    server.run(0).send(token('Hel'), token('lo'))
    await waitFor(() => expect(stream().text).toBe('Hello'))
    expect(stream()).toMatchObject({ status: 'streaming', isStreaming: true })
    server.run(0).send(completed)
    await waitFor(() => expect(stream().status).toBe('completed'))
    expect(stream()).toMatchObject({ text: 'Hello', isStreaming: false, error: undefined })
    expect(server.requests).toHaveLength(1)
  })

  test('L11: a send from an effect that StrictMode repeats keeps the run it started', async () => {
    const server = agentServer()
    const { wrapper } = page(server.fetch)
    const { result } = renderHook(
      () => {
        const stream = useAgentStream()
        const { send, turns } = stream
        useEffect(() => {
          if (turns.length === 0) send('once per effect')
        }, [send, turns.length])
        return stream
      },
      { wrapper },
    )
    await waitFor(() => expect(server.runs.length).toBeGreaterThan(0))
    expect(result.current.run?.getSnapshot().status).not.toBe('cancelled')
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  test('parameters and agent travel with the run, and options may change between sends', async () => {
    const { server, send, rerender } = opened({ agent: 'first', parameters: { temperature: 0 } })
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    expect(server.run(0).body.parameters).toEqual({ temperature: 0 })
    rerender({ agent: 'second' })
    send('b')
    await waitFor(() =>
      expect(server.requests.map(({ url }) => url)).toEqual(['https://agents.test/agents/first/runs', 'https://agents.test/agents/second/runs']),
    )
  })

  test('functions keep their identity from the first render on', () => {
    const { stream, rerender } = opened()
    const { send, cancel, stop, regenerate, reset } = stream()
    rerender({ agent: 'other' })
    expect(stream()).toMatchObject({ send, cancel, stop, regenerate, reset })
  })

  test('callbacks see every event, and the end once, as they are at that moment', async () => {
    const early = vi.fn()
    const onEvent = vi.fn<(event: AgentEvent) => void>()
    const onFinish = vi.fn<(state: RunState, turn: Turn) => void>()
    const { server, send, stream, rerender } = opened({ onEvent: early, onFinish: early })
    send('a')
    rerender({ onEvent, onFinish })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('x'), completed)
    await waitFor(() => expect(onFinish).toHaveBeenCalledTimes(1))
    expect(onEvent.mock.calls.map(([event]) => event.type)).toEqual(['token', 'completed'])
    expect(onFinish).toHaveBeenCalledWith(stream().run?.getSnapshot(), stream().turns[0])
    expect(early).not.toHaveBeenCalled()
  })

  test('L6: what a callback throws stops the run and reaches the mutation cache, and nothing is left unhandled', async () => {
    const onError = vi.fn()
    const bug = new RangeError('a bug in the page')
    const throwing = (): void => {
      throw bug
    }
    const { server, send, stream } = opened({ onEvent: throwing }, new QueryClient({ mutationCache: new MutationCache({ onError }) }))
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('x'))
    await waitFor(() => expect(onError).toHaveBeenCalledTimes(1))
    expect(onError.mock.calls[0]?.[0]).toBe(bug)
    expect(stream()).toMatchObject({ status: 'cancelled', isStreaming: false })
  })
})

describe('turns', () => {
  test('stay, each with its own run, and the last one is shown', async () => {
    const { server, send, stream } = opened()
    send('first')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('one'), completed)
    await waitFor(() => expect(stream().isStreaming).toBe(false))
    send('second')
    expect(stream()).toMatchObject({ text: '', status: 'connecting' })
    await waitFor(() => expect(server.runs).toHaveLength(2))
    server.run(1).send(token('two'), completed)
    await waitFor(() => expect(stream().text).toBe('two'))
    expect(stream().turns.map(({ input, run }) => [input, run.getSnapshot().main.parts[0]])).toMatchObject([
      ['first', { text: 'one' }],
      ['second', { text: 'two' }],
    ])
  })

  test('L12: a new run while the old one streams: no word of one reaches the other', async () => {
    const { server, send, stream } = opened()
    const first = send('first')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('one'))
    await waitFor(() => expect(stream().text).toBe('one'))
    send('second')
    await waitFor(() => expect(server.runs).toHaveLength(2))
    server.run(1).send(token('two'))
    server.run(0).send(token(' more of one'), completed)
    await waitFor(() => expect(first.getSnapshot().status).toBe('completed'))
    await waitFor(() => expect(stream().text).toBe('two'))
    expect(stream()).toMatchObject({ status: 'streaming', isStreaming: true })
    expect(first.getSnapshot().main.parts).toMatchObject([{ text: 'one more of one' }])
  })

  test('regenerate runs the last input again in its place and stops the run that was there', async () => {
    const { server, send, stream } = opened()
    expect(acting(() => stream().regenerate())).toBeUndefined()
    send('first')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('one'), completed)
    await waitFor(() => expect(stream().status).toBe('completed'))
    const before = send('second')
    await waitFor(() => expect(server.runs).toHaveLength(2))
    const ids = stream().turns.map((turn) => turn.id)

    const after = acting(() => stream().regenerate())
    expect(after).not.toBe(before)
    expect(stream()).toMatchObject({ run: after, status: 'connecting', turns: [{ input: 'first' }, { input: 'second', run: after }] })
    expect(stream().turns.map((turn) => turn.id)).toEqual(ids)
    await waitFor(() => expect(before.getSnapshot().status).toBe('cancelled'))
    await waitFor(() => expect(server.runs).toHaveLength(3))
    expect(server.run(2).body).toMatchObject({ task: { description: 'second' } })
    expect(server.requests.filter(({ method }) => method === 'DELETE').map(({ url }) => url)).toEqual([`https://agents.test/runs/${before.id}`])
  })

  test('reset stops what is live and forgets the turns', async () => {
    const { server, send, stream } = opened()
    const runs = [send('first'), send('second')]
    await waitFor(() => expect(server.runs).toHaveLength(2))
    act(() => stream().reset())
    expect(stream()).toMatchObject({ turns: [], run: undefined, status: 'idle', text: '', isStreaming: false })
    await waitFor(() => expect(runs.map((run) => run.getSnapshot().status)).toEqual(['cancelled', 'cancelled']))
    expect(send('third').getSnapshot().status).toBe('connecting')
    expect(stream().turns).toHaveLength(1)
  })
})

describe('stopping', () => {
  test('cancel keeps the partial text, tells the server, and answers with its receipt', async () => {
    const { server, send, stream } = opened()
    const run = send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('half an ans'))
    await waitFor(() => expect(stream().text).toBe('half an ans'))
    expect(await act(() => stream().cancel())).toEqual({ outcome: 'cancelled' })
    expect(stream()).toMatchObject({ status: 'cancelled', text: 'half an ans', error: undefined, isStreaming: false })
    expect(server.requests.at(-1)).toEqual({ method: 'DELETE', url: `https://agents.test/runs/${run.id}` })
  })

  test('stop is cancel without an answer; L4: with nothing running both do nothing', async () => {
    const { server, send, stream } = opened()
    expect(await stream().cancel()).toEqual({ outcome: 'already_finished' })
    stream().stop()
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    expect(acting(() => stream().stop())).toBeUndefined()
    await waitFor(() => expect(stream().status).toBe('cancelled'))
    stream().stop()
    expect(await stream().cancel()).toEqual({ outcome: 'cancelled' })
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })

  test('L10: unmounting cancels live runs on the server by default, and tells the page nothing more', async () => {
    const onEvent = vi.fn()
    const onFinish = vi.fn()
    const { server, send, unmount } = opened({ onEvent, onFinish })
    const runs = [send('a'), send('b')]
    await waitFor(() => expect(server.runs).toHaveLength(2))
    unmount()
    await waitFor(() => expect(runs.map((run) => run.getSnapshot().status)).toEqual(['cancelled', 'cancelled']))
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2)
    expect(onEvent).not.toHaveBeenCalled()
    expect(onFinish).not.toHaveBeenCalled()
  })

  test('L10: unmounting with onUnmount detach only stops watching', async () => {
    const { server, send, unmount } = opened({ onUnmount: 'detach' })
    const run = send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    unmount()
    await waitFor(() => expect(server.run(0).isAborted).toBe(true))
    await run.result()
    expect(run.getSnapshot()).toMatchObject({ status: 'truncated', failure: undefined })
    expect(server.requests.map(({ method }) => method)).toEqual(['POST'])
  })

  test('L10: a run sent after the component has gone is never started, unless it may go on unseen', async () => {
    const leaves = opened()
    const { send } = leaves.stream()
    leaves.unmount()
    await Promise.resolve()
    const run = send('too late')
    await run.result()
    expect(run.getSnapshot().status).toBe('cancelled')
    expect(leaves.server.requests.filter(({ method }) => method === 'POST')).toEqual([])

    const detaches = opened({ onUnmount: 'detach' })
    const sendUnseen = detaches.stream().send
    detaches.unmount()
    await Promise.resolve()
    sendUnseen('for the record')
    await waitFor(() => expect(detaches.server.runs).toHaveLength(1))
    expect(detaches.server.run(0).isAborted).toBe(false)
  })
})

describe('failing', () => {
  test('an answer of 401 is an HttpError with its status', async () => {
    const { fetch } = scriptedFetch({ status: 401, body: 'who are you?' })
    const { wrapper } = page(fetch)
    const { result } = renderHook(() => useAgentStream(), { wrapper })
    acting(() => result.current.send('a'))
    await waitFor(() => expect(result.current.status).toBe('failed'))
    expect(result.current.error).toBeInstanceOf(HttpError)
    expect(result.current.error).toMatchObject({ code: 'http', status: 401, body: 'who are you?', retryable: false })
    expect(result.current.isStreaming).toBe(false)
  })

  test('what the agent says went wrong is an error of code agent, with its words and the same object while it stands', async () => {
    const { server, send, stream, rerender } = opened()
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('so far'), { type: 'error', error: 'The model is overloaded', retryable: true })
    await waitFor(() => expect(stream().status).toBe('failed'))
    const { error } = stream()
    expect(isAgentStreamError(error)).toBe(true)
    expect(error).toMatchObject({ code: 'agent', message: 'The model is overloaded', retryable: true })
    expect(stream().text).toBe('so far')
    rerender({})
    expect(stream().error).toBe(error)
  })

  test('N1: a stream that is cut is truncated, with its text kept and an error that says so', async () => {
    const { server, send, stream } = opened()
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('half'))
    server.run(0).end()
    await waitFor(() => expect(stream().status).toBe('truncated'))
    expect(stream().text).toBe('half')
    expect(stream().error).toBeInstanceOf(StreamInterruptedError)
  })
})

describe('the query client', () => {
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
    const { server, send, stream } = opened({}, queryClient)
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
    const { fetch, requests } = scriptedFetch({ status: 500 })
    const { wrapper } = page(fetch, queryClient)
    const { result } = renderHook(() => useAgentStream(), { wrapper })
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
  })

  test('L13: hiding, showing, leaving for the back-forward cache, going offline and back: no second POST', async () => {
    const { server, send, stream } = opened()
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    comeAndGo()
    server.run(0).send(token('x'), completed)
    await waitFor(() => expect(stream().status).toBe('completed'))
    comeAndGo()
    expect(server.requests).toHaveLength(1)
  })
})

describe('cost', () => {
  test('a component renders for what it reads: twice per run for isStreaming, once per publish for text', async () => {
    const server = agentServer()
    const counting = (read: (stream: ReturnType<typeof useAgentStream>) => unknown) => {
      const at = page(server.fetch)
      const { result } = renderHook(
        () => {
          const stream = useAgentStream()
          read(stream)
          return stream
        },
        { wrapper: at.wrapper },
      )
      return { result, commits: at.commits }
    }
    const coarse = counting(({ isStreaming, turns }) => [isStreaming, turns])
    const fine = counting(({ text }) => text)
    expect([coarse.commits.count, fine.commits.count]).toEqual([1, 1])
    const runs = [coarse, fine].map(({ result }) => acting(() => result.current.send('a')))
    await waitFor(() => expect(server.runs).toHaveLength(2))
    let publishes = 0
    runs[1]?.subscribe(() => publishes++)
    for (const [at, letter] of [...'abcdefghij'].entries()) {
      for (const run of server.runs) run.send(token(letter))
      await waitFor(() => expect(runs.map((run) => run.getSnapshot().counts.tokens)).toEqual([at + 1, at + 1]))
    }
    expect(fine.result.current.text).toBe('abcdefghij')
    expect(coarse.commits.count).toBe(2)
    for (const run of server.runs) run.send(completed)
    await Promise.all(runs.map((run) => run.result()))
    await waitFor(() => expect(coarse.commits.count).toBe(3))
    expect(publishes).toBeGreaterThanOrEqual(11)
    expect(fine.commits.count).toBeLessThanOrEqual(publishes + 2)
    // What was never read is true all the same.
    expect(coarse.result.current.text).toBe('abcdefghij')
  })
})
