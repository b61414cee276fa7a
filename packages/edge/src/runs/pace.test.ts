import { describe, expect, test, vi } from 'vitest'
import { createPace } from './pace.ts'

const paceOf = (signal = new AbortController().signal) => createPace({ signal, viewerTimeoutMs: 300_000 })
const from = (at: number) => ({ at, onStalled: () => {} })

/** Whether what was waited for is over. */
async function isOver(wait: Promise<void> | undefined): Promise<boolean> {
  let over = wait === undefined
  void wait?.then(() => {
    over = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  return over
}

describe('L7 a run', () => {
  test('waits for its only viewer once that is far behind, and goes on as it reads', async () => {
    const pace = paceOf()
    const viewer = pace.join(from(0))
    expect(pace.wrote(4096)).toBeUndefined()
    const wait = pace.wrote(10)
    expect(await isOver(wait)).toBe(false)
    viewer.took(9)
    expect(await isOver(wait)).toBe(false)
    viewer.took(1)
    expect(await isOver(wait)).toBe(true)
  })

  test('S18 waits for nobody when it has another viewer, none, or is stopped', async () => {
    for (const release of [(pace: ReturnType<typeof createPace>) => void pace.join(from(4000)), 'leave', 'stop'] as const) {
      const stop = new AbortController()
      const pace = paceOf(stop.signal)
      const viewer = pace.join(from(0))
      const wait = pace.wrote(5000)
      expect(await isOver(wait)).toBe(false)
      if (release === 'leave') viewer.leave()
      else if (release === 'stop') stop.abort()
      else release(pace)
      expect(await isOver(wait)).toBe(true)
      expect(await isOver(pace.wrote(5000))).toBe(true)
    }
  })

  test('knows where a viewer begins that has seen a part', async () => {
    const pace = paceOf()
    expect(pace.wrote(100_000)).toBeUndefined()
    pace.join(from(99_000))
    expect(pace.wrote(1000)).toBeUndefined()
    expect(pace.wrote(5000)).toBeDefined()
  })

  test('S18 gives up a viewer that takes nothing for five minutes, and none that takes a little or waits itself', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const stalled: number[] = []
    const pace = paceOf()
    const viewer = pace.join({ at: 0, onStalled: () => stalled.push(1) })
    // It is not waited for: it may be the model that says nothing.
    expect(pace.wrote(4096)).toBeUndefined()
    vi.advanceTimersByTime(3_600_000)
    void pace.wrote(1000)
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(299_999)
      viewer.took(1)
    }
    expect(stalled).toEqual([])
    vi.advanceTimersByTime(300_000)
    expect(stalled).toEqual([1])
    viewer.leave()
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})
