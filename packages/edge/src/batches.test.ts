import { describe, expect, test } from 'vitest'
import { countListeners } from '../test/listeners.ts'
import { type Batches, gather, oneByOne, singly } from './batches.ts'

const forever = (): Promise<never> => new Promise(() => {})

async function* numbers(to: number, onStep = (_: number): void => {}): AsyncGenerator<number, string, undefined> {
  for (let n = 1; n <= to; n++) {
    onStep(n)
    yield n
  }
  return 'end'
}

/** A generator around a generator, so many times. */
async function* wrapped(depth: number, to: number): AsyncGenerator<number, string, undefined> {
  return yield* depth === 0 ? numbers(to) : wrapped(depth - 1, to)
}

async function all<T, R>(batches: Batches<T, R>): Promise<{ batches: (readonly T[])[]; returned: R }> {
  const taken: (readonly T[])[] = []
  for (let step = await batches.next(); ; step = await batches.next()) {
    if (step.done) return { batches: taken, returned: step.value }
    taken.push(step.value)
  }
}

describe('a source in batches', () => {
  test('gives the first item alone and then ever more at once, all of them in order, and what the source returned', async () => {
    for (const depth of [0, 3]) {
      const { batches, returned } = await all(gather(wrapped(depth, 1_000)))
      expect(batches.map(({ length }) => length)).toEqual([1, 4, 16, 64, 256, 256, 256, 147])
      expect(batches.flat()).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1))
      expect(returned).toBe('end')
    }
  })

  test('S15 gives what has come as soon as the source makes us wait', async () => {
    let go = (): void => {}
    const source = (async function* () {
      yield* numbers(9)
      await new Promise<void>((resolve) => {
        go = resolve
      })
      yield 10
    })()
    const batches = gather(source)
    const first: number[] = []
    while (first.length < 9) {
      const step = await batches.next()
      if (!step.done) first.push(...step.value)
    }
    expect(first).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    const next = batches.next()
    go()
    expect(await next).toEqual({ done: false, value: [10] })
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  test('takes what was handed out singly in the batches it came in, from where it stands, and waits for what is late', async () => {
    let go = (): void => {}
    const singly = oneByOne(
      (async function* () {
        yield [1, 2, 3]
        yield [4, 5]
        await new Promise<void>((resolve) => {
          go = resolve
        })
        yield [6, 7]
      })(),
    )
    expect(await singly.next()).toEqual({ done: false, value: 1 })
    const batches = gather(singly)
    expect([await batches.next(), await batches.next()].map(({ value }) => value)).toEqual([
      [2, 3],
      [4, 5],
    ])
    const late = batches.next()
    go()
    expect(await late).toEqual({ done: false, value: [6, 7] })
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  test('asks for nothing more while nobody wants more', async () => {
    const asked: number[] = []
    const batches = gather(numbers(1_000, (n) => asked.push(n)))
    await batches.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toEqual([1])
    await batches.next()
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toEqual([1, 2, 3, 4, 5])
  })

  test('gives what came before an error, then throws it, also when a source throws at once', async () => {
    const failing = gather(
      (async function* () {
        yield* numbers(6)
        throw new TypeError('no')
      })(),
    )
    expect([await failing.next(), await failing.next(), await failing.next()].map(({ value }) => value)).toEqual([[1], [2, 3, 4, 5], [6]])
    await expect(failing.next()).rejects.toThrow('no')
    await expect(failing.next()).rejects.toThrow('no')
    const broken = gather({
      next() {
        throw new TypeError('at once')
      },
    })
    await expect(broken.next()).rejects.toThrow('at once')
  })

  test('S2 L4 throws the reason as soon as the signal aborts, whether or not the source heeds it, after what had come', async () => {
    const deaf = new AbortController()
    const waiting = gather({ next: forever }, deaf.signal)
    const next = waiting.next()
    deaf.abort('enough')
    await expect(next).rejects.toBe('enough')

    const controller = new AbortController()
    const endless = gather(
      numbers(Number.POSITIVE_INFINITY, (n) => {
        if (n === 3) controller.abort('enough')
      }),
      controller.signal,
    )
    expect(await endless.next()).toEqual({ done: false, value: [1] })
    expect(await endless.next()).toEqual({ done: false, value: [2] })
    await expect(endless.next()).rejects.toBe('enough')

    let started = false
    const unstarted = gather(
      numbers(3, () => {
        started = true
      }),
      AbortSignal.abort('before'),
    )
    await expect(unstarted.next()).rejects.toBe('before')
    expect(started).toBe(false)
  })

  test('L8 release returns the source, takes the ear off the signal, and swallows what the source says to it', async () => {
    const { signal } = new AbortController()
    const listeners = countListeners(signal)
    let returned = false
    const source = (async function* () {
      try {
        yield 1
      } finally {
        returned = true
        // biome-ignore lint/correctness/noUnsafeFinally: this is what is tested
        throw new Error('nobody hears this')
      }
    })()
    const batches = gather(source, signal)
    await batches.next()
    batches.release()
    await new Promise((resolve) => setImmediate(resolve))
    expect([listeners(), returned]).toEqual([0, true])
  })
})

test('S2 batches as they come end with the signal too, whether or not their source heeds it, and nothing of it is begun after', async () => {
  let begun = 0
  const deaf = (): AsyncIterableIterator<number> =>
    oneByOne(
      (async function* () {
        begun++
        yield []
        yield [1]
        await forever()
      })(),
    )
  const controller = new AbortController()
  const batches = gather(deaf(), controller.signal)
  expect(await batches.next()).toEqual({ done: false, value: [1] })
  const next = batches.next()
  controller.abort('enough')
  await expect(next).rejects.toBe('enough')
  await expect(gather(deaf(), controller.signal).next()).rejects.toBe('enough')
  expect(begun).toBe(1)
})

describe('batches one by one', () => {
  const batches = async function* (onEnd = (): void => {}): AsyncGenerator<readonly number[], void, undefined> {
    try {
      yield [1, 2]
      yield []
      yield [3]
      yield [4, 5, 6]
    } finally {
      onEnd()
    }
  }

  test('gives every item in order, to whoever asks, also to many who ask at once', async () => {
    const taken: number[] = []
    for await (const item of oneByOne(batches())) taken.push(item)
    expect(taken).toEqual([1, 2, 3, 4, 5, 6])
    const items = oneByOne(batches())
    const asked = Array.from({ length: 8 }, () => items.next())
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([1, 2, 3, 4, 5, 6, undefined, undefined])
  })

  test('leaving early returns the source, and nothing more comes', async () => {
    let ended = 0
    const items = oneByOne(batches(() => ended++))
    for await (const _ of items) break
    expect(ended).toBe(1)
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  test('an error of the source reaches whoever asked for what it broke', async () => {
    const items = oneByOne(
      (async function* () {
        yield [1]
        throw new TypeError('no')
      })(),
    )
    expect(await items.next()).toEqual({ done: false, value: 1 })
    await expect(items.next()).rejects.toThrow('no')
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })
})

test('batches of one do nothing ahead of who takes them, return what the source returns, and leave it when they are left', async () => {
  const asked: number[] = []
  const batches = singly(numbers(3, (n) => asked.push(n)))
  expect([await batches.next(), asked]).toEqual([{ done: false, value: [1] }, [1]])
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toEqual([1])
  expect([await batches.next(), await batches.next(), await batches.next()]).toEqual([
    { done: false, value: [2] },
    { done: false, value: [3] },
    { done: true, value: 'end' },
  ])
  const left = numbers(3)
  for await (const _ of singly(left)) break
  expect(await left.next()).toEqual({ done: true, value: undefined })
})
