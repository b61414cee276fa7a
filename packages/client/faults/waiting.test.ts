import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAgentClient, immediately } from '../src/index.ts'
import { faults, scriptedFetch } from '../src/testing.ts'
import { all, atOnce, cutAfter, frames, lost, sent, server, whole } from './kept-run.ts'
import { failOnUnhandled, shows } from './support.ts'

failOnUnhandled()
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('while it waits for another attempt', () => {
  const waiting = async (signal?: AbortSignal) => {
    const { fetch, requests } = scriptedFetch(cutAfter(frames.slice(0, 2)), sent(all.slice(2)))
    const client = createAgentClient({ url: '/api', fetch, retry: { baseMs: 60_000, maxMs: 60_000 } })
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const run = client.run('x', { schedule: immediately, ...(signal ? { signal } : {}) })
    await shows(run, () => run.getSnapshot().connection.phase === 'retrying')
    return { run, requests }
  }

  test('its state says so, and it counts as streaming', async () => {
    const { run } = await waiting()
    expect(run.getSnapshot()).toMatchObject({ status: 'streaming', connection: { phase: 'retrying', attempt: 1, cursor: 'e1-2' } })
    run.detach()
  })

  test('L3 L19: an abort ends it at once', async () => {
    const controller = new AbortController()
    const { run, requests } = await waiting(controller.signal)
    controller.abort()
    expect(await run.result()).toMatchObject({ status: 'cancelled', text: 'Hi there' })
    expect(requests.filter(({ method }) => method === 'GET')).toEqual([])
  })

  test('L19: so does an abort while the request for the rest is under way', async () => {
    const controller = new AbortController()
    const { fetch } = scriptedFetch(cutAfter(frames.slice(0, 2)))
    let asked = (): void => {}
    const isAsked = new Promise<void>((resolve) => (asked = resolve))
    const hanging: typeof fetch = (input, init) => {
      if (init?.method === 'POST') return fetch(input, init)
      asked()
      return new Promise(() => {})
    }
    const run = createAgentClient({ url: '/api', fetch: hanging, ...atOnce }).run('x', { schedule: immediately, signal: controller.signal })
    await isAsked
    controller.abort()
    expect(await run.result()).toMatchObject({ status: 'cancelled', text: 'Hi there' })
  })

  test('detach() ends it quietly', async () => {
    const { run, requests } = await waiting()
    run.detach()
    expect(await run.result()).toMatchObject({ status: 'truncated', text: 'Hi there' })
    expect(run.error).toBeUndefined()
    expect(requests).toHaveLength(1)
  })

  test('L14: the network coming back ends the wait', async () => {
    const page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    const { run, requests } = await waiting()
    page.dispatchEvent(new Event('online'))
    expect(await run.result()).toMatchObject({ state: whole })
    expect(requests).toHaveLength(2)
  })

  test('L14 N60: a page that is offline waits for as long as it is, and spends no attempt', async () => {
    vi.useFakeTimers()
    const page = Object.assign(new EventTarget(), { onLine: false })
    vi.stubGlobal('navigator', page)
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    let isDown = false
    const { client } = server((attempt) => {
      if (attempt === 0) return faults().cutAt(130)
      if (isDown) throw lost
      return undefined
    })
    isDown = true
    const run = client.run('x', { schedule: immediately })
    await vi.advanceTimersByTimeAsync(600_000)
    expect(run.getSnapshot()).toMatchObject({ status: 'streaming', connection: { phase: 'retrying', attempt: 1 } })
    isDown = false
    page.onLine = true
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(run.getSnapshot()).toMatchObject(whole)
  })
})

test('L18: two that watch one run over connections of different luck show the same', async () => {
  const { client } = server((attempt) =>
    attempt % 3 === 2
      ? undefined
      : faults()
          .split(attempt)
          .cutAt(90 + 70 * attempt),
  )
  const [one, other] = await Promise.all([client.attach('r').result(), client.attach('r').result()])
  expect(one.state.main).toEqual(other.state.main)
  expect([one.state, other.state]).toMatchObject([whole, whole])
})
