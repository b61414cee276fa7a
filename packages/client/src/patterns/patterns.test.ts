import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { StreamTimeoutError } from '../errors.ts'
import type { AgentEvent, EventOf } from '../wire/events/vocabulary.ts'
import { bufferBy } from './buffer-by.ts'
import { collect } from './collect.ts'
import { filterEvents } from './filter-events.ts'
import { mergeRuns } from './merge-runs.ts'
import { withTimeout } from './with-timeout.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
const call: AgentEvent = { type: 'tool_call', tool_name: 'look_up', parameters: {} }

/** A stream from a list: errors in it are thrown, a number is a silence of so many milliseconds, `forever` never ends. */
function scripted<T>(items: readonly (T | Error | number | 'forever')[]) {
  const source = {
    opened: 0,
    released: 0,
    taken: 0,
    [Symbol.asyncIterator](): AsyncIterator<T> {
      source.opened++
      let at = 0
      return {
        async next() {
          let item = items[at++]
          for (; typeof item === 'number'; item = items[at++]) await new Promise((resolve) => setTimeout(resolve, Number(item)))
          if (item instanceof Error) throw item
          if (item === 'forever') return new Promise(() => {})
          if (item === undefined) return { done: true, value: undefined }
          source.taken++
          return { done: false, value: item }
        },
        async return() {
          source.released++
          return { done: true, value: undefined }
        },
      }
    },
  }
  return source
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const broken = new RangeError('broken')
type Source = ReturnType<typeof scripted<AgentEvent>>
const patterns: readonly [string, (source: Source) => AsyncIterableIterator<unknown>][] = [
  ['filterEvents', (source) => filterEvents(source, 'token')],
  ['bufferBy', (source) => bufferBy(source, { count: 1, maxWaitMs: 1000 })],
  ['mergeRuns', (source) => mergeRuns({ one: source })],
  ['withTimeout', (source) => withTimeout(source, { idleMs: 1000, totalMs: 5000 })],
]

describe.each(patterns)('%s', (_name, over) => {
  test('opens its stream with the first item asked for', () => {
    const source = scripted([token('a')])
    over(source)
    expect(source.opened).toBe(0)
  })

  test('breaking out releases the stream, once', async () => {
    const source = scripted([token('a'), token('b')])
    for await (const _ of over(source)) break
    expect(source).toMatchObject({ opened: 1, released: 1 })
  })

  test('what the loop throws comes out, and the stream is released', async () => {
    const source = scripted([token('a'), token('b')])
    const read = async (): Promise<void> => {
      for await (const _ of over(source)) throw broken
    }
    await expect(read()).rejects.toBe(broken)
    expect(source.released).toBe(1)
  })

  test('leaving while the stream is silent waits for nothing', async () => {
    const source = scripted([token('a'), 'forever'])
    const items = over(source)
    await items.next()
    const silent = items.next()
    await items.return?.()
    expect(await silent).toEqual({ done: true, value: undefined })
    expect(source.released).toBe(1)
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  test('a stream that ended is not released again', async () => {
    const source = scripted([token('a')])
    expect(await collect(over(source))).toHaveLength(1)
    expect(source).toMatchObject({ taken: 1, released: 0 })
  })
})

test.each(patterns.filter(([name]) => name !== 'mergeRuns'))('%s: what the stream throws comes out as it is', async (_name, over) => {
  await expect(collect(over(scripted([token('a'), broken])))).rejects.toBe(broken)
})

test('patterns within patterns are released through all of them, also in silence', async () => {
  const source = scripted([token('a'), 'forever'])
  const items = bufferBy(withTimeout(filterEvents(source, 'token'), { totalMs: 9000 }), { count: 1 })
  expect(await items.next()).toEqual({ done: false, value: [token('a')] })
  void items.next()
  await items.return?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(source.released).toBe(1)
})

test('collect: everything, in order', async () => {
  expect(await collect(scripted(['a', 'b']))).toEqual(['a', 'b'])
})

test('filterEvents: only these types, and typed as them', async () => {
  const events = filterEvents(scripted([token('a'), { type: 'status', status: 'x' }, call]), 'token', 'tool_call')
  expectTypeOf(events).toEqualTypeOf<AsyncIterableIterator<EventOf<'token'> | EventOf<'tool_call'>>>()
  expect(await collect(events)).toEqual([token('a'), call])
})

describe('bufferBy', () => {
  test('so many at a time, and the rest at the end', async () => {
    expect(await collect(bufferBy(scripted(['a', 'b', 'c', 'd', 'e']), { count: 2 }))).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(await collect(bufferBy(scripted(['a', 'b']), {}))).toEqual([['a', 'b']])
    expect(await collect(bufferBy(scripted([]), { count: 2 }))).toEqual([])
  })

  test('whole words only', async () => {
    const pieces = ['Hi', 'gh wa', 'ter ', 'at ', '14:', '05']
    expect((await collect(bufferBy(scripted(pieces), { endsWith: (piece) => /\s$/.test(piece) }))).map((batch) => batch.join(''))).toEqual([
      'High water ',
      'at ',
      '14:05',
    ])
  })

  test('a batch waits no longer than it may, and nothing is lost to the clock', async () => {
    const reading = collect(bufferBy(scripted(['a', 10, 'b', 200, 'c', 30, 'd']), { maxWaitMs: 100 }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await reading).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  test('what had arrived goes out before an error of the stream', async () => {
    const items = bufferBy(scripted(['a', 'b', broken]), { count: 10 })
    expect(await items.next()).toEqual({ done: false, value: ['a', 'b'] })
    await expect(items.next()).rejects.toBe(broken)
  })
})

describe('mergeRuns', () => {
  test('in the order they come, each under its name', async () => {
    const merged = collect(mergeRuns({ slow: scripted([20, 'a', 20, 'b']), fast: scripted(['1', 30, '2']) }))
    await vi.advanceTimersByTimeAsync(100)
    expect(await merged).toEqual([
      { name: 'fast', event: '1' },
      { name: 'slow', event: 'a' },
      { name: 'fast', event: '2' },
      { name: 'slow', event: 'b' },
    ])
  })

  test('one that breaks says so under its name, and the others go on', async () => {
    expect(await collect(mergeRuns({ bad: scripted<string>([broken]), good: scripted(['1', '2']) }))).toEqual([
      { name: 'bad', error: broken },
      { name: 'good', event: '1' },
      { name: 'good', event: '2' },
    ])
    expect(await collect(mergeRuns({}))).toEqual([])
  })

  test('none is read ahead, and leaving releases all of them', async () => {
    const [one, other] = [scripted(['a', 'b', 'c']), scripted<string>(['forever'])]
    for await (const _ of mergeRuns({ one, other })) {
      await vi.advanceTimersByTimeAsync(0)
      break
    }
    expect([one.taken, one.released, other.released]).toEqual([2, 1, 1])
  })
})

describe('withTimeout', () => {
  test('silence that is too long, and a whole that is: StreamTimeoutError, and the stream is left', async () => {
    const silent = scripted<string>(['a', 'forever'])
    const reading = collect(withTimeout(silent, { idleMs: 1000 })).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await reading).toEqual(new StreamTimeoutError('idle', 1000))
    expect(silent.released).toBe(1)
    const endless = scripted<string>(Array.from({ length: 100 }, () => [90, 'a'] as const).flat())
    const all = collect(withTimeout(endless, { idleMs: 100, totalMs: 1000 })).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await all).toEqual(new StreamTimeoutError('total', 1000))
    expect([endless.taken, endless.released]).toEqual([11, 1])
    await vi.runAllTimersAsync()
  })

  test('the time a loop takes over an item is not silence', async () => {
    const seen: string[] = []
    const read = async (): Promise<void> => {
      for await (const item of withTimeout(scripted(['a', 900, 'b']), { idleMs: 1000 })) {
        seen.push(item)
        await new Promise((resolve) => setTimeout(resolve, 5000))
      }
    }
    const reading = read()
    await vi.advanceTimersByTimeAsync(20_000)
    await reading
    expect(seen).toEqual(['a', 'b'])
  })
})
