import { type AgentEvent, HttpError, isAgentStreamError, type RunState, StreamInterruptedError } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { MutationCache, QueryClient } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import { startTransition, useEffect } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { acting, agentServer, completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { openedStream } from '../test/opened.tsx'
import { type Turn, useAgentStream } from './index.ts'

withoutComplaints()

describe('sending', () => {
  test('L11: StrictMode starts nothing by itself, and one send is one request and one run', async () => {
    const { server, send, stream } = openedStream()
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

  test('L11: StrictMode, which takes components away and brings them back, cancels nothing that an effect has sent', async () => {
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
    const runs = result.current.turns.map(({ run }) => run)
    // Two sends are two runs: this also shows that effects are repeated here.
    await waitFor(() => expect(server.runs).toHaveLength(2))
    expect(runs).toHaveLength(2)
    for (const run of server.runs) run.send(token('x'), completed)
    const results = await Promise.all(runs.map((run) => run.result()))
    for (const { status } of results) expect(status).toBe('completed')
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  test('parameters and agent travel with the run, and options may change between sends', async () => {
    const { server, send, rerender } = openedStream({ agent: 'first', parameters: { temperature: 0 } })
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    expect(server.run(0).body.parameters).toEqual({ temperature: 0 })
    rerender({ agent: 'second' })
    send('b')
    await waitFor(() =>
      expect(server.requests.map(({ url }) => url)).toEqual(['https://agents.test/agents/first/runs', 'https://agents.test/agents/second/runs']),
    )
  })

  test('what an action sends is shown at once, also where the action waits for the run', async () => {
    const { server, stream } = openedStream()
    act(() => startTransition(async () => void (await stream().send('a').result())))
    expect(stream()).toMatchObject({ turns: [{ input: 'a' }], status: 'connecting', isStreaming: true })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('x'))
    await waitFor(() => expect(stream()).toMatchObject({ text: 'x', status: 'streaming' }))
    server.run(0).send(completed)
    await waitFor(() => expect(stream().status).toBe('completed'))
  })

  test('functions keep their identity from the first render on', () => {
    const { stream, rerender } = openedStream()
    const { send, cancel, stop, regenerate, reset } = stream()
    rerender({ agent: 'other' })
    expect(stream()).toMatchObject({ send, cancel, stop, regenerate, reset })
  })

  test('callbacks see every event, and the end once, as they are at that moment', async () => {
    const early = vi.fn()
    const onEvent = vi.fn<(event: AgentEvent) => void>()
    const onFinish = vi.fn<(state: RunState, turn: Turn) => void>()
    const { server, send, stream, rerender } = openedStream({ onEvent: early, onFinish: early })
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
    const { server, send, stream } = openedStream({ onEvent: throwing }, new QueryClient({ mutationCache: new MutationCache({ onError }) }))
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('x'))
    await waitFor(() => expect(onError).toHaveBeenCalledTimes(1))
    expect(onError.mock.calls[0]?.[0]).toBe(bug)
    expect(stream()).toMatchObject({ status: 'cancelled', isStreaming: false })
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
    const { server, send, stream, rerender } = openedStream()
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
    const { server, send, stream } = openedStream()
    send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('half'))
    server.run(0).end()
    await waitFor(() => expect(stream().status).toBe('truncated'))
    expect(stream().text).toBe('half')
    expect(stream().error).toBeInstanceOf(StreamInterruptedError)
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
