import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createWatchdog } from '../src/abort.ts'
import { createAgentClient, immediately } from '../src/index.ts'
import { type ScriptedResponse, scriptedFetch } from '../src/testing.ts'
import { failOnUnhandled, hanging, shows, text } from './support.ts'

failOnUnhandled()

const listeners = new Map<string, number>()
let page = new EventTarget()
beforeEach(() => {
  page = new EventTarget()
  listeners.clear()
  const count = (type: string, by: number): void => void listeners.set(type, (listeners.get(type) ?? 0) + by)
  vi.stubGlobal('document', {})
  vi.stubGlobal('addEventListener', (type: string, listener: EventListener) => {
    count(type, 1)
    page.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: EventListener) => {
    count(type, -1)
    page.removeEventListener(type, listener)
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  expect([...listeners.values()].filter((left) => left !== 0)).toEqual([])
})

const happens = (type: 'pagehide' | 'pageshow', persisted: boolean): boolean => page.dispatchEvent(Object.assign(new Event(type), { persisted }))

/** A run that streams, and everything that was asked of its server. */
async function streaming(options: { onPageHide?: 'cancel' | 'leave' } = {}, ...script: ScriptedResponse[]) {
  const { fetch } = scriptedFetch(...script)
  const asked: [string, string, string | null, boolean][] = []
  const client = createAgentClient({
    url: '/api',
    retry: { baseMs: 0, maxMs: 0 },
    fetch: async (input, init) => {
      asked.push([init?.method ?? 'GET', String(input), new Headers(init?.headers).get('last-event-id'), init?.keepalive === true])
      return init?.method === 'DELETE' ? Response.json({ outcome: 'cancelled' }) : fetch(input, init)
    },
  })
  const run = client.run('x', { runId: 'r', schedule: immediately, ...options })
  await shows(run, () => run.getSnapshot().counts.tokens > 0)
  return { run, asked }
}
const numbered = { headers: { 'content-type': 'text/event-stream', 'agentstream-run-id': 'r' }, body: [`id: k-1\n${text('Hi')}`], hangs: true }
const rest = { headers: numbered.headers, body: ['id: k-2\ndata: {"type":"completed","success":true}\n\nevent: end\ndata: {"outcome":"completed"}\n\n'] }

describe('a page that is left', () => {
  test('tells the server to stop, by a request that outlives it, where that was asked for', async () => {
    const { run, asked } = await streaming({ onPageHide: 'cancel' }, hanging)
    happens('pagehide', false)
    happens('pagehide', false)
    await vi.waitFor(() => expect(asked.slice(1)).toEqual([['DELETE', '/api/runs/r?reason=The+page+was+left', null, true]]))
    expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
    run.detach()
    await run.result()
    expect(asked).toHaveLength(2)
  })

  test('says nothing otherwise, nor when the browser may bring it back', async () => {
    for (const [policy, persisted] of [
      ['leave', false],
      [undefined, false],
      ['cancel', true],
    ] as const) {
      const { run, asked } = await streaming(policy ? { onPageHide: policy } : {}, hanging)
      happens('pagehide', persisted)
      await new Promise((resolve) => setImmediate(resolve))
      expect(asked).toHaveLength(1)
      run.detach()
      await run.result()
    }
  })

  test('L8: a run that is over no longer listens', async () => {
    const { run } = await streaming({ onPageHide: 'cancel' }, { body: [text('Hi'), 'data: {"type":"completed","success":true}\n\n'] })
    await run.result()
    expect([...listeners.values()]).toEqual([0, 0])
  })
})

describe('L13: a page that comes back as it was', () => {
  test('asks for the rest at once, after the cursor it has, and sends nothing twice', async () => {
    const { run, asked } = await streaming({}, numbered, rest)
    happens('pagehide', true)
    happens('pageshow', true)
    expect((await run.result()).text).toBe('Hi')
    expect(asked.map(([method, url, after]) => [method, url, after])).toEqual([
      ['POST', '/api/agents/default/runs', null],
      ['GET', '/api/runs/r/events', 'k-1'],
    ])
    expect(run.getSnapshot().connection.losses).toBe(1)
  })

  test('keeps the connection of a stream that cannot be resumed, and that of a page that is merely shown', async () => {
    for (const [first, persisted] of [
      [hanging, true],
      [numbered, false],
    ] as const) {
      const { run, asked } = await streaming({}, first)
      happens('pageshow', persisted)
      await new Promise((resolve) => setImmediate(resolve))
      expect([run.getSnapshot().connection.phase, asked.length]).toEqual(['open', 1])
      run.detach()
      await run.result()
    }
  })
})

describe('L15: time that jumps', () => {
  const watched = () => {
    vi.useFakeTimers({ now: 0 })
    let away = 0
    const silences: number[] = []
    const clock = (): number => Date.now() + away
    const watchdog = createWatchdog(clock)
    watchdog.watch(45_000, () => silences.push(clock()))
    const freeze = (ms: number): void => {
      away += ms
    }
    return { watchdog, silences, clock, freeze }
  }
  afterEach(() => void vi.useRealTimers())

  test('a page that was frozen for an hour is not taken for a dead connection, and a dead one is noticed after it', async () => {
    const { watchdog, silences, clock, freeze } = watched()
    await vi.advanceTimersByTimeAsync(10_000)
    freeze(3_600_000)
    // The timer rings before what had arrived was read.
    await vi.advanceTimersByTimeAsync(35_000)
    watchdog.touch(clock())
    await vi.advanceTimersByTimeAsync(44_000)
    expect(silences).toEqual([])
    await vi.advanceTimersByTimeAsync(2000)
    expect(silences).toEqual([3_690_000])
    watchdog.release()
  })

  test('timers that are always late, as those of hidden pages, still notice silence', async () => {
    const { watchdog, silences, freeze } = watched()
    for (let ring = 0; ring < 2; ring++) {
      await vi.advanceTimersByTimeAsync(44_000)
      freeze(30_000)
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(silences).toEqual([150_000])
    watchdog.release()
  })

  test('a wall clock that jumps an hour changes nothing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
    const { run } = await streaming({}, hanging)
    vi.setSystemTime(Date.now() + 3_600_000)
    await vi.advanceTimersByTimeAsync(44_000)
    expect(run.getSnapshot().connection.phase).toBe('open')
    vi.setSystemTime(Date.now() - 7_200_000)
    await vi.advanceTimersByTimeAsync(2000)
    expect(run.getSnapshot().failure?.code).toBe('timeout')
  })
})
