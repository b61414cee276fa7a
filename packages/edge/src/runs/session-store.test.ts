import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { createMemorySessionStore, type Message, newestTurns, type SessionStore } from './session-store.ts'
import { type SharedSessionStores, sessionStoreContract } from './session-store-contract.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { sqliteSessionStore } from './sqlite-session-store.ts'

const user = (text: string): Message => ({ role: 'user', text })
const assistant = (text: string): Message => ({ role: 'assistant', text, toolCalls: [] })
const turn = (number: number): readonly Message[] => [user(`question ${number}`), assistant(`answer ${number}`)]
const withTool: readonly Message[] = [
  { role: 'user', text: 'Tides?', images: ['data:image/png;base64,AAAA'] },
  { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'tide', arguments: '{}' }] },
  { role: 'tool', toolCallId: 'c1', toolName: 'tide', text: 'low' },
  assistant('Low.'),
]

/** Stores that are asked for the time, and the way to let it pass. */
function withClock(make: (now: () => number) => Omit<SharedSessionStores, 'passTime'>): SharedSessionStores {
  let time = 0
  const passTime = (ms: number): void => {
    time += ms
  }
  return { ...make(() => time), passTime }
}
const inOneProcess = (store: SessionStore) => ({ first: store, second: store })

describe('in memory', () => {
  sessionStoreContract((limits) => withClock((now) => inOneProcess(createMemorySessionStore({ ...limits, now }))), { test, expect }, { perOwner: true })
})

describe('in SQLite', () => {
  sessionStoreContract(
    (limits) =>
      withClock((now) => {
        const database = new DatabaseSync(':memory:')
        const make = () => sqliteSessionStore(database, { ...limits, now })
        return { first: make(), second: make() }
      }),
    { test, expect },
    { perOwner: true },
  )
})

test('a turn that is too large alone is kept in short, or not at all', () => {
  const short = [{ id: 'b', messages: [user('Tides?'), assistant('Low.')] }]
  const long = { id: 'b', messages: withTool }
  expect(newestTurns([{ id: 'a', messages: turn(1) }, long], { maxMessages: 3 })).toEqual(short)
  expect(newestTurns([long], { maxCharacters: 150 })).toEqual(short)
  expect(newestTurns([long], { maxCharacters: 20 })).toEqual([])
  expect(newestTurns([{ messages: withTool.slice(0, 3) }], { maxMessages: 2 })).toEqual([])
  expect(newestTurns([])).toEqual([])
})

test('when there are too many, the one not used for longest makes room', async () => {
  const store = createMemorySessionStore({ maxSessions: 2 })
  await store.append('a', turn(1))
  await store.append('b', turn(2))
  await store.read('a')
  await store.append('c', turn(3))
  expect(await Promise.all(['a', 'b', 'c'].map((key) => store.read(key)))).toEqual([turn(1), [], turn(3)])
})

test('reading a session that is not there keeps nothing of it', async () => {
  const store = createMemorySessionStore({ maxSessions: 1 })
  await store.append('a', turn(1))
  await store.read('b')
  expect(await store.read('a')).toEqual(turn(1))
})

test('conversations in SQLite outlive the process, may share the file of the journal, and turns of two processes stay whole', async () => {
  const database = new DatabaseSync(':memory:')
  sqliteJournal(database)
  const [one, other] = [sqliteSessionStore(database), sqliteSessionStore(database)]
  await Promise.all([one.append('s', turn(1)), other.append('s', withTool), one.append('s', turn(2))])
  expect(await sqliteSessionStore(database).read('s')).toEqual([...turn(1), ...withTool, ...turn(2)])
})
