import { act, renderHook, waitFor } from '@testing-library/react'
import { Activity, type ReactNode } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { acting, agentServer, completed, page, token, withoutComplaints } from '../test/harness.tsx'
import { openedStream } from '../test/opened.tsx'
import { useAgentStream } from './index.ts'

withoutComplaints()

describe('turns', () => {
  test('stay, each with its own run, and the last one is shown', async () => {
    const { server, send, stream } = openedStream()
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

  test('L17: attach shows a run that exists as a turn, once, and what is asked next comes after it', async () => {
    const { server, send, stream } = openedStream()
    const run = acting(() => stream().attach('r-1', 'asked before the page was loaded'))
    expect(acting(() => stream().attach('r-1', 'again'))).toBe(run)
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('still here'), completed)
    await waitFor(() =>
      expect(stream()).toMatchObject({ status: 'completed', text: 'still here', turns: [{ id: 'r-1', input: 'asked before the page was loaded' }] }),
    )
    send('next')
    expect(stream().turns.map(({ input }) => input)).toEqual(['asked before the page was loaded', 'next'])
    expect(server.requests[0]).toEqual({ method: 'GET', url: 'https://agents.test/runs/r-1/events' })
  })

  test('L12: a new run while the old one streams: no word of one reaches the other', async () => {
    const { server, send, stream } = openedStream()
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
    const { server, send, stream } = openedStream()
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

  test('a turn may have an agent and parameters of its own, which it keeps when it is asked again', async () => {
    const { server, send, stream, rerender } = openedStream({ agent: 'first', parameters: { temperature: 0 } })
    const asked = () => server.runs.map(({ body }, at) => [server.requests.filter(({ method }) => method === 'POST')[at]?.url.split('/')[4], body.parameters])
    acting(() => stream().send('a', { agent: 'picked' }))
    send('b')
    await waitFor(() => expect(server.runs).toHaveLength(2))
    acting(() => stream().regenerate({ parameters: { topP: 0.5 } }))
    await waitFor(() => expect(server.runs).toHaveLength(3))
    rerender({ agent: 'second', parameters: { temperature: 1 } })
    acting(() => stream().regenerate())
    await waitFor(() => expect(server.runs).toHaveLength(4))
    expect(stream().turns.map(({ options }) => options)).toEqual([{ agent: 'picked' }, { parameters: { topP: 0.5 } }])
    expect(asked()).toEqual([
      ['picked', { temperature: 0 }],
      ['first', { temperature: 0 }],
      ['first', { top_p: 0.5 }],
      ['second', { top_p: 0.5 }],
    ])
  })

  test('what is attached is asked again where it was asked; an option that is undefined is none', async () => {
    const { server, stream } = openedStream({ agent: 'first' })
    acting(() => stream().attach('r-1', 'asked before', { agent: 'picked' }))
    // As plain JavaScript, or a page without exactOptionalPropertyTypes, may call it.
    acting(() => Reflect.apply(stream().regenerate, undefined, [{ agent: undefined, type: 'click' }]))
    await waitFor(() => expect(server.requests.at(-1)?.url).toBe('https://agents.test/agents/picked/runs'))
    expect(stream().turns).toMatchObject([{ id: 'r-1', input: 'asked before', options: { agent: 'picked' } }])
    expect(Object.keys(stream().turns[0]?.options ?? {})).toEqual(['agent'])
  })

  test('reset stops what is live and forgets the turns', async () => {
    const { server, send, stream } = openedStream()
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
    const { server, send, stream } = openedStream()
    const run = send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('half an ans'))
    await waitFor(() => expect(stream().text).toBe('half an ans'))
    expect(await act(() => stream().cancel())).toEqual({ outcome: 'cancelled' })
    expect(stream()).toMatchObject({ status: 'cancelled', text: 'half an ans', error: undefined, isStreaming: false })
    expect(server.requests.at(-1)).toEqual({ method: 'DELETE', url: `https://agents.test/runs/${run.id}` })
  })

  test('a page that is left tells the server to stop, where that was asked for; a page that is kept does not', async () => {
    const { server, send, stream } = openedStream({ onPageHide: 'cancel' })
    const run = send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    server.run(0).send(token('half'))
    await waitFor(() => expect(stream().text).toBe('half'))
    act(() => void globalThis.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })))
    expect(server.requests).toHaveLength(1)
    act(() => void globalThis.dispatchEvent(new PageTransitionEvent('pagehide')))
    await waitFor(() => expect(server.requests.at(-1)).toEqual({ method: 'DELETE', url: `https://agents.test/runs/${run.id}?reason=The+page+was+left` }))
  })

  test('stop is cancel without an answer; L4: with nothing running both do nothing', async () => {
    const { server, send, stream } = openedStream()
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
    const { server, send, unmount } = openedStream({ onEvent, onFinish })
    const runs = [send('a'), send('b')]
    await waitFor(() => expect(server.runs).toHaveLength(2))
    unmount()
    await waitFor(() => expect(runs.map((run) => run.getSnapshot().status)).toEqual(['cancelled', 'cancelled']))
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2)
    expect(onEvent).not.toHaveBeenCalled()
    expect(onFinish).not.toHaveBeenCalled()
  })

  test('L10: to be hidden by Activity is to leave; what is shown again has its turns, and sends as before', async () => {
    const server = agentServer()
    const { wrapper: Page } = page(server.fetch)
    const at: { mode: 'visible' | 'hidden' } = { mode: 'visible' }
    const wrapper = ({ children }: { children?: ReactNode }) => (
      <Page>
        <Activity mode={at.mode}>{children}</Activity>
      </Page>
    )
    const { result, rerender } = renderHook(() => useAgentStream(), { wrapper })
    const run = acting(() => result.current.send('a'))
    await waitFor(() => expect(server.runs).toHaveLength(1))
    at.mode = 'hidden'
    rerender()
    await waitFor(() => expect(run.getSnapshot().status).toBe('cancelled'))
    at.mode = 'visible'
    rerender()
    expect(result.current).toMatchObject({ turns: [{ input: 'a', run }], status: 'cancelled' })
    acting(() => result.current.send('b'))
    await waitFor(() => expect(server.runs).toHaveLength(2))
    server.run(1).send(token('two'), completed)
    await waitFor(() => expect(result.current).toMatchObject({ text: 'two', status: 'completed' }))
  })

  test('L10: unmounting with onUnmount detach only stops watching', async () => {
    const { server, send, unmount } = openedStream({ onUnmount: 'detach' })
    const run = send('a')
    await waitFor(() => expect(server.runs).toHaveLength(1))
    unmount()
    await waitFor(() => expect(server.run(0).isAborted).toBe(true))
    await run.result()
    expect(run.getSnapshot()).toMatchObject({ status: 'truncated', failure: undefined })
    expect(server.requests.map(({ method }) => method)).toEqual(['POST'])
  })

  test('L10: a run sent after the component has gone is never started, unless it may go on unseen', async () => {
    const leaves = openedStream()
    const { send } = leaves.stream()
    leaves.unmount()
    await Promise.resolve()
    const run = send('too late')
    await run.result()
    expect(run.getSnapshot().status).toBe('cancelled')
    expect(leaves.server.requests.filter(({ method }) => method === 'POST')).toEqual([])

    const detaches = openedStream({ onUnmount: 'detach' })
    const sendUnseen = detaches.stream().send
    detaches.unmount()
    await Promise.resolve()
    sendUnseen('for the record')
    await waitFor(() => expect(detaches.server.runs).toHaveLength(1))
    expect(detaches.server.run(0).isAborted).toBe(false)
  })
})
