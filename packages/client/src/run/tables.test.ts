import { describe, expect, test, vi } from 'vitest'
import { type ConnectionSignal, nextPhase } from './connection.ts'
import { immediately, perFrame } from './schedule.ts'
import type { ConnectionPhase } from './state.ts'

describe('a connection', () => {
  const table: Record<ConnectionPhase, Record<ConnectionSignal, ConnectionPhase>> = {
    idle: { attempt: 'connecting', response: 'idle', lost: 'idle', end: 'closed' },
    connecting: { attempt: 'connecting', response: 'open', lost: 'retrying', end: 'closed' },
    open: { attempt: 'open', response: 'open', lost: 'retrying', end: 'closed' },
    retrying: { attempt: 'connecting', response: 'retrying', lost: 'retrying', end: 'closed' },
    closed: { attempt: 'closed', response: 'closed', lost: 'closed', end: 'closed' },
  }
  for (const [phase, signals] of Object.entries(table) as [ConnectionPhase, Record<ConnectionSignal, ConnectionPhase>][]) {
    test.each(Object.entries(signals) as [ConnectionSignal, ConnectionPhase][])(`${phase} hears %s and is %s`, (signal, next) =>
      expect(nextPhase(phase, signal)).toBe(next),
    )
  }
})

describe('schedules', () => {
  test('immediately publishes before it returns', () => {
    const publish = vi.fn()
    immediately(publish)
    expect(publish).toHaveBeenCalledTimes(1)
  })

  test('perFrame publishes once, by a timer where there are no frames, and can be taken back', () => {
    vi.useFakeTimers()
    const publish = vi.fn()
    perFrame(publish)
    expect(publish).not.toHaveBeenCalled()
    vi.advanceTimersByTime(16)
    expect(publish).toHaveBeenCalledTimes(1)
    perFrame(publish)()
    vi.advanceTimersByTime(1000)
    expect(publish).toHaveBeenCalledTimes(1)
    vi.useRealTimers()
  })

  test('perFrame uses frames where they come, and does not wait for those that do not', () => {
    vi.useFakeTimers()
    const frames: (() => void)[] = []
    vi.stubGlobal('document', {})
    vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame))
    vi.stubGlobal('cancelAnimationFrame', vi.fn())
    const publish = vi.fn()
    perFrame(publish)
    frames.pop()?.()
    expect(publish).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(1000)
    expect(publish).toHaveBeenCalledTimes(1)
    // A hidden page gets no frames.
    perFrame(publish)
    vi.advanceTimersByTime(250)
    expect(publish).toHaveBeenCalledTimes(2)
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
})
