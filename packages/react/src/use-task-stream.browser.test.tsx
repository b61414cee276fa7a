import { HttpError, StreamInterruptedError } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { act, render, renderHook, screen, waitFor } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { acting, agentServer, comeAndGo, completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { openedTask } from '../test/opened.tsx'
import { type RunTask, runQueryOptions, useTaskStream } from './index.ts'

withoutComplaints()

describe('starting', () => {
  test('L11: under StrictMode one component is one request and one run', async () => {
    const { server, stream } = openedTask('Say hello')
    expect(stream()).toMatchObject({ status: 'connecting', isStreaming: true, text: '', error: undefined })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    expect(server.run(0).body).toMatchObject({ task: { description: 'Say hello' } })
    await waitFor(() => expect(stream().run?.id).toBe(server.run(0).id))
    server.run(0).send(token('Hello'), completed)
    await waitFor(() => expect(stream()).toMatchObject({ status: 'completed', text: 'Hello', isStreaming: false }))
    expect(server.requests).toHaveLength(1)
  })

  test('components that ask for the same task share its run, whatever way they write it', async () => {
    const server = agentServer()
    const { wrapper } = page(server.fetch)
    const Text = ({ task }: { task: RunTask }) => <output>{useTaskStream(task, { agent: 'one' }).text}</output>
    render(
      <>
        <Text task="same" />
        <Text task={{ description: 'same' }} />
        <Text task="other" />
      </>,
      { wrapper },
    )
    await waitFor(() => expect(server.runs).toHaveLength(2))
    server.run(0).send(token('both'))
    server.run(1).send(token('one'))
    await waitFor(() => expect(screen.getAllByRole('status').map((one) => one.textContent)).toEqual(['both', 'both', 'one']))
    expect(server.requests).toHaveLength(2)
  })

  test('another agent, other parameters or another server is another run', async () => {
    const { server, rerender, queryClient } = openedTask('same')
    rerender({ task: 'same', options: { agent: 'second' } })
    rerender({ task: 'same', options: { parameters: { temperature: 0 } } })
    await waitFor(() => expect(server.runs).toHaveLength(3))
    const elsewhere = agentServer()
    const at = page(elsewhere.fetch, queryClient)
    const { queryKey } = runQueryOptions({ ...at.client, url: 'https://elsewhere.test' }, 'same')
    expect(queryClient.getQueryData(queryKey)).toBeUndefined()
  })

  test('no task, or enabled false, starts nothing', async () => {
    const { server, stream, rerender } = openedTask(undefined)
    expect(stream()).toMatchObject({ status: 'idle', isStreaming: false, run: undefined })
    expect(acting(() => stream().restart())).toBeUndefined()
    expect(await stream().cancel()).toEqual({ outcome: 'already_finished' })
    rerender({ task: 'a', options: { enabled: false } })
    expect(stream()).toMatchObject({ status: 'idle', isStreaming: false, run: undefined })
    comeAndGo()
    expect(server.requests).toEqual([])
    rerender({ task: 'a', options: { enabled: true } })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    rerender({ task: 'a', options: { enabled: false } })
    server.run(0).send(token('still shown'))
    await waitFor(() => expect(stream().text).toBe('still shown'))
  })

  test('a run that exists is followed by its id, by everyone as one, and left alone when they leave', async () => {
    const { methods, server, stream, rerender, queryClient } = openedTask({ runId: 'r-1' }, { keepAliveMs: 0 })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    expect(server.requests).toEqual([{ method: 'GET', url: 'https://agents.test/runs/r-1/events' }])
    server.run(0).send(token('from its start'))
    await waitFor(() => expect(stream().text).toBe('from its start'))
    expect(stream().run?.id).toBe('r-1')
    rerender({ task: undefined })
    await waitFor(() => expect(server.run(0).isAborted).toBe(true))
    expect(methods()).toEqual(['GET'])
    expect(queryClient.getQueryCache().findAll({ queryKey: ['agentstream', 'run'] })).toHaveLength(1)
  })
})

describe('acting', () => {
  test('cancel stops it for everyone, keeps the text and gives the receipt', async () => {
    const { server, stream, wrapper } = openedTask('a')
    const other = renderHook(() => useTaskStream('a'), { wrapper })
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('half'))
    await waitFor(() => expect(stream().text).toBe('half'))
    expect(await act(() => stream().cancel())).toEqual({ outcome: 'cancelled' })
    for (const one of [stream(), other.result.current]) expect(one).toMatchObject({ status: 'cancelled', text: 'half', error: undefined })
  })

  test('restart begins anew for everyone, and stops what was there', async () => {
    const { methods, stream, wrapper, cached } = openedTask('a')
    const other = renderHook(() => useTaskStream('a'), { wrapper })
    await waitFor(() => expect(stream().run).toBeDefined())
    const { run: before, restart, cancel } = stream()
    const after = acting(() => restart())
    await waitFor(() => expect(stream().run).toBe(after))
    await waitFor(() => expect(other.result.current.run).toBe(after))
    expect(cached()).toBe(after)
    expect(stream()).toMatchObject({ restart, cancel, isStreaming: true })
    await waitFor(() => expect(before?.getSnapshot().status).toBe('cancelled'))
    expect(methods().sort()).toEqual(['DELETE', 'POST', 'POST'])
    expect(after?.getSnapshot().timing.endedAt).toBeUndefined()
  })

  test('restart starts what enabled false holds back, and wins over a start still on its way', async () => {
    const held = openedTask('a', { enabled: false, keepAliveMs: 0 })
    const run = acting(() => held.stream().restart())
    await waitFor(() => expect(held.stream().run).toBe(run))
    held.unmount()
    await waitFor(() => expect(held.methods()).toEqual(['POST', 'DELETE']))

    const hasty = openedTask('a')
    const second = acting(() => hasty.stream().restart())
    await waitFor(() => expect(hasty.stream().run).toBe(second))
    await waitFor(() => expect(hasty.methods().sort()).toEqual(['DELETE', 'POST', 'POST']))
    expect(hasty.cached()).toBe(second)
    expect(second?.getSnapshot().timing.endedAt).toBeUndefined()
  })
})

describe('failing', () => {
  test('an answer of 401 is shown, and tried once', async () => {
    const { fetch, requests } = scriptedFetch({ status: 401 })
    const { result } = renderHook(() => useTaskStream('a'), { wrapper: page(fetch).wrapper })
    await waitFor(() => expect(result.current.status).toBe('failed'))
    expect(result.current.error).toBeInstanceOf(HttpError)
    expect(requests).toHaveLength(1)
  })

  test('what the agent says went wrong, and N1: a stream that is cut', async () => {
    const failed = openedTask('a')
    await waitFor(() => expect(failed.server.runs).toHaveLength(1))
    failed.server.run(0).send({ type: 'error', error: 'No such tool' })
    await waitFor(() => expect(failed.stream().error).toMatchObject({ code: 'agent', message: 'No such tool' }))

    const cut = openedTask('a')
    await waitFor(() => expect(cut.server.runs).toHaveLength(1))
    cut.server.run(0).send(token('half'))
    cut.server.run(0).end()
    await waitFor(() => expect(cut.stream()).toMatchObject({ status: 'truncated', text: 'half' }))
    expect(cut.stream().error).toBeInstanceOf(StreamInterruptedError)
  })
})

test('cost: a component that reads the status renders for the start, the run, its first word and its end', async () => {
  const server = agentServer()
  const { wrapper, commits } = page(server.fetch)
  const { result } = renderHook(
    () => {
      const { run, status } = useTaskStream('a')
      return { run, status }
    },
    { wrapper },
  )
  await waitFor(() => expect(result.current.run).toBeDefined())
  const { run } = result.current
  for (let at = 1; at <= 10; at++) {
    server.run(0).send(token('x'))
    await waitFor(() => expect(run?.getSnapshot().counts.tokens).toBe(at))
  }
  server.run(0).send(completed)
  await waitFor(() => expect(result.current.status).toBe('completed'))
  expect(commits.count).toBeLessThanOrEqual(4)
})
