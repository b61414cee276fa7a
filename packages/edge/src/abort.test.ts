import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { interruptible, linkedAbort, sleep, stallTimer, switchOf } from './abort.ts'

const never = new Promise<never>(() => {})

describe('interruptible', () => {
  test('a wait gives what the promise gives', async () => {
    const waits = interruptible(new AbortController().signal)
    expect(await waits.wait(Promise.resolve('done'))).toBe('done')
    await expect(waits.wait(Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  test('an abort ends a wait for something that never happens', async () => {
    const controller = new AbortController()
    const waits = interruptible(controller.signal)
    const waiting = waits.wait(never)
    controller.abort('stop')
    await expect(waiting).rejects.toBe('stop')
    await expect(waits.wait(never)).rejects.toBe('stop')
  })

  test('what is left behind may fail without being an unhandled rejection', async () => {
    const controller = new AbortController()
    controller.abort('stop')
    await expect(interruptible(controller.signal).wait(Promise.reject(new Error('late')))).rejects.toBe('stop')
  })
})

describe('linked abort', () => {
  test('aborts with its parent, and alone', () => {
    const parent = new AbortController()
    const first = linkedAbort(parent.signal)
    const second = linkedAbort(parent.signal)
    second.abort('alone')
    expect([first.signal.aborted, second.signal.reason]).toEqual([false, 'alone'])
    parent.abort('all')
    expect([first.signal.reason, second.signal.reason, linkedAbort(parent.signal).signal.reason]).toEqual(['all', 'alone', 'all'])
  })

  test('hears nothing of its parent after release', () => {
    const parent = new AbortController()
    const linked = linkedAbort(parent.signal)
    linked.release()
    parent.abort()
    expect(linked.signal.aborted).toBe(false)
  })
})

describe('timers', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('sleep ends after its time, or with an abort, and leaves no timer', async () => {
    const controller = new AbortController()
    const slept = sleep(1000, controller.signal)
    await vi.advanceTimersByTimeAsync(1000)
    await slept
    const cut = sleep(1000, controller.signal)
    controller.abort('stop')
    await expect(cut).rejects.toBe('stop')
    await expect(sleep(1, controller.signal)).rejects.toBe('stop')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a stall is silence while waiting; a slow reader is none', () => {
    const onStall = vi.fn()
    const stall = stallTimer(100, onStall)
    stall.start()
    vi.advanceTimersByTime(90)
    stall.pause()
    vi.advanceTimersByTime(1000)
    expect(onStall).not.toHaveBeenCalled()
    stall.start()
    vi.advanceTimersByTime(99)
    expect(onStall).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100)
    expect(onStall).toHaveBeenCalledOnce()
    stall.stop()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a switch that can be thrown from any request', () => {
  test('acts at once where it may', () => {
    const given: string[] = []
    switchOf((reason: string) => given.push(reason))('stop')
    expect(given).toEqual(['stop'])
  })

  test('S2 in a Worker that lets a request abort only its own, is thrown by the request that made it', async () => {
    const requests = new AsyncLocalStorage<string>()
    const controller = new AbortController()
    const abort = (reason: string): void => {
      if (requests.getStore() !== 'the first') throw new Error('Cannot perform I/O on behalf of a different request')
      controller.abort(reason)
    }
    const cancel = requests.run('the first', () => switchOf(abort))
    requests.run('another', () => cancel('stop'))
    expect(controller.signal.aborted).toBe(false)
    await Promise.resolve()
    expect(controller.signal.reason).toBe('stop')
  })
})
