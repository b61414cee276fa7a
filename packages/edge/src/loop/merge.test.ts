import { expect, test } from 'vitest'
import { inOrder, merge } from './merge.ts'

/** A generator that yields what is pushed, and returns when told. */
function source<T, R>() {
  const waiting: (() => void)[] = []
  const queue: ({ value: T } | { result: R } | { error: unknown })[] = []
  const state = { returned: false }
  const put = (item: (typeof queue)[number]): void => {
    queue.push(item)
    waiting.shift()?.()
  }
  async function* generate(): AsyncGenerator<T, R, undefined> {
    try {
      for (;;) {
        if (queue.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
        const item = queue.shift()
        if (!item) continue
        if ('error' in item) throw item.error
        if ('result' in item) return item.result
        yield item.value
      }
    } finally {
      state.returned = true
    }
  }
  return { state, generator: generate(), yield: (value: T) => put({ value }), finish: (result: R) => put({ result }), fail: (error: unknown) => put({ error }) }
}

async function all<T, R>(generator: AsyncGenerator<T, R, undefined>): Promise<{ values: T[]; result: R }> {
  const values: T[] = []
  for (let step = await generator.next(); ; step = await generator.next()) {
    if (step.done) return { values, result: step.value }
    values.push(step.value)
  }
}

test('values come in order of arrival, results in the order of the sources', async () => {
  const [first, second] = [source<string, number>(), source<string, number>()]
  const merged = merge([first.generator, second.generator])
  second.yield('b1')
  expect((await merged.next()).value).toBe('b1')
  first.yield('a1')
  expect((await merged.next()).value).toBe('a1')
  second.finish(2)
  first.yield('a2')
  first.finish(1)
  expect(await all(merged)).toEqual({ values: ['a2'], result: [1, 2] })
})

test('nothing to merge is over at once', async () => {
  expect(await all(merge([]))).toEqual({ values: [], result: [] })
})

test('a source that fails ends all of them', async () => {
  const [first, second] = [source<string, number>(), source<string, number>()]
  const merged = merge([first.generator, second.generator])
  first.yield('a')
  await merged.next()
  second.fail('broken')
  await expect(merged.next()).rejects.toBe('broken')
  expect(second.state.returned).toBe(true)
})

test('leaving early returns sources that can be returned, and waits for none', async () => {
  const [first, second] = [source<string, number>(), source<string, number>()]
  const merged = merge([first.generator, second.generator])
  first.yield('a')
  for await (const _ of merged) break
  first.yield('b')
  await Promise.resolve()
  expect((await first.generator.next()).done).toBe(true)
})

test('in order, the second starts when the first is over', async () => {
  const started: string[] = []
  async function* named(name: string): AsyncGenerator<string, string, undefined> {
    started.push(name)
    yield `${name} runs, started: ${started}`
    return name
  }
  expect(await all(inOrder([named('a'), named('b')]))).toEqual({ values: ['a runs, started: a', 'b runs, started: a,b'], result: ['a', 'b'] })
})

test('in order, what comes after the last result that counts is not begun', async () => {
  const started: number[] = []
  async function* numbered(value: number): AsyncGenerator<string, number, undefined> {
    started.push(value)
    yield `${value}`
    return value
  }
  expect(await all(inOrder([1, 2, 3].map(numbered), (value) => value === 2))).toEqual({ values: ['1', '2'], result: [1, 2] })
  expect(started).toEqual([1, 2])
})
