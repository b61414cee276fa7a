import { describe, expect, test } from 'vitest'
import { createPace } from './pace.ts'

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
    const pace = createPace(new AbortController().signal)
    const viewer = pace.join(0)
    expect(pace.wrote(4096)).toBeUndefined()
    const wait = pace.wrote(10)
    expect(await isOver(wait)).toBe(false)
    viewer.took(9)
    expect(await isOver(wait)).toBe(false)
    viewer.took(1)
    expect(await isOver(wait)).toBe(true)
  })

  test('S18 waits for nobody when it has another viewer, none, or is stopped', async () => {
    for (const release of [(pace: ReturnType<typeof createPace>) => void pace.join(4000), 'leave', 'stop'] as const) {
      const stop = new AbortController()
      const pace = createPace(stop.signal)
      const viewer = pace.join(0)
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
    const pace = createPace(new AbortController().signal)
    expect(pace.wrote(100_000)).toBeUndefined()
    pace.join(99_000)
    expect(pace.wrote(1000)).toBeUndefined()
    expect(pace.wrote(5000)).toBeDefined()
  })
})
