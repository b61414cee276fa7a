import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { durableObjects, type Fate } from '../../test/durable-objects.ts'
import { durableObjectJournal } from './durable-object-journal.ts'
import { durableObjectSessionStore } from './durable-object-session-store.ts'
import { sessionKey } from './session-key.ts'
import type { Message } from './session-store.ts'
import { sessionStoreContract } from './session-store-contract.ts'

const turn = (text: string): readonly Message[] => [
  { role: 'user', text },
  { role: 'assistant', text, toolCalls: [] },
]
const keyOf = (owner: string, sessionId: string): string => sessionKey({ owner, agentName: 'a', sessionId })

sessionStoreContract(
  (limits) => {
    let time = 0
    const namespace = durableObjects({ now: () => time })
    const make = () => durableObjectSessionStore(namespace, limits)
    return {
      first: make(),
      second: make(),
      passTime: (ms) => {
        time += ms
      },
    }
  },
  { test, expect },
  { perOwner: true },
)

test('S22 objects that are thrown out of memory at any moment, as every deployment does, cost no conversation a turn, and double none', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fates = fc.array(fc.constantFrom<Fate>('fine', 'fine', 'lost before', 'lost after'), { maxLength: 40 })
  const property = fc.asyncProperty(fates, fc.array(fc.string(), { minLength: 1, maxLength: 8 }), async (unlucky, said) => {
    // Never so often in a row that one must give up.
    let inARow = 0
    const waiting = unlucky.values()
    const fateOf = (): Fate => {
      const fate = inARow === 5 ? 'fine' : (waiting.next().value ?? 'fine')
      inARow = fate === 'fine' ? 0 : inARow + 1
      return fate
    }
    const store = durableObjectSessionStore(durableObjects({ fateOf }))
    const talking = (async () => {
      for (const text of said) await store.append('s', turn(text))
      return store.read('s')
    })()
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    talking.then(over, over)
    while (!isOver) await vi.advanceTimersByTimeAsync(100)
    expect(await talking).toEqual(said.flatMap(turn))
  })
  await fc.assert(property, { numRuns: 100 })
  vi.useRealTimers()
})

test('principals have an object each, and so has every conversation where nobody has a name; none is that of a run', async () => {
  const namespace = durableObjects()
  const store = durableObjectSessionStore(namespace)
  const journal = durableObjectJournal(namespace)
  for (const key of [keyOf('ann/', '1'), keyOf('ann/', '2'), keyOf('bob/', '1'), keyOf('', '1'), keyOf('', '2')]) await store.append(key, turn(key))
  expect(namespace.names.length).toBe(4)
  for (const runId of ['1', 'ann/1']) await journal.open(runId)
  expect(namespace.names.length).toBe(6)
})

test('an object forgets everything when the last use of any of its conversations is too long ago, and can be asked again', async () => {
  const hour = 3_600_000
  let time = Date.now()
  const namespace = durableObjects({ now: () => time })
  const store = durableObjectSessionStore(namespace, { keepMs: hour })
  const before = Date.now()
  await store.append(keyOf('ann/', '1'), turn('one'))
  const [name = ''] = namespace.names
  const alarm = namespace.alarmOf(name) ?? 0
  expect(alarm).toBeGreaterThanOrEqual(before + hour)
  expect(alarm).toBeLessThanOrEqual(Date.now() + hour)
  // Somebody who keeps conversations for less time does not end it earlier.
  await durableObjectSessionStore(namespace, { keepMs: 1 }).read(keyOf('ann/', '2'))
  expect(namespace.alarmOf(name)).toBe(alarm)
  time += hour
  await namespace.ring(name)
  expect(await store.read(keyOf('ann/', '1'))).toEqual([])
  await store.append(keyOf('ann/', '1'), turn('two'))
  expect(await store.read(keyOf('ann/', '1'))).toEqual(turn('two'))
})

test('more characters than an object can keep are not promised', async () => {
  const store = durableObjectSessionStore(durableObjects(), { maxCharacters: 1e9 })
  for (const text of ['潮'.repeat(250_000), '汐'.repeat(250_000)]) await store.append('s', turn(text).slice(0, 1))
  await store.append('s', turn('three'))
  expect((await store.read('s')).map((message) => message.text.length)).toEqual([250_000, 250_000, 5, 5])
  await store.append('s', turn('潮'.repeat(100_000)))
  expect((await store.read('s')).map((message) => message.text.length)).toEqual([250_000, 5, 5, 100_000, 100_000])
})

test.each([undefined, null, {}, 'RUNS'])('%o is no binding, which is told at once', (env) => {
  // As a Worker's `env` is typed by hand, whatever its configuration binds.
  const namespace = env as unknown as ReturnType<typeof durableObjects>
  for (const make of [durableObjectJournal, durableObjectSessionStore])
    expect(() => make(namespace)).toThrow(expect.objectContaining({ code: 'agent', message: expect.stringContaining('Expected a binding') }))
})
