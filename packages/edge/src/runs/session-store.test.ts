import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { sessionKey } from './session-key.ts'
import { createMemorySessionStore, type MemorySessionStoreOptions, type Message, newestTurns } from './session-store.ts'
import { sqliteJournal } from './sqlite-journal.ts'
import { type SqliteSessionStoreOptions, sqliteSessionStore } from './sqlite-session-store.ts'

const user = (text: string): Message => ({ role: 'user', text })
const assistant = (text: string): Message => ({ role: 'assistant', text, toolCalls: [] })
const turn = (number: number): readonly Message[] => [user(`question ${number}`), assistant(`answer ${number}`)]
const withTool: readonly Message[] = [
  { role: 'user', text: 'Tides?', images: ['data:image/png;base64,AAAA'] },
  { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'tide', arguments: '{}' }] },
  { role: 'tool', toolCallId: 'c1', toolName: 'tide', text: 'low' },
  assistant('Low.'),
]

/** What every store is asked for. */
type Options = Omit<MemorySessionStoreOptions, 'maxSessions'> & SqliteSessionStoreOptions

const stores = [
  ['in memory', (options: Options) => createMemorySessionStore(options)],
  ['in SQLite', (options: Options) => sqliteSessionStore(new DatabaseSync(':memory:'), options)],
] as const

describe.each(stores)('conversations %s', (_, create) => {
  function makeStore(options: Options = {}) {
    const clock = { at: 0 }
    return { clock, store: create({ now: () => clock.at, ...options }) }
  }

  test('what was said comes back in order, and an unknown session is empty', async () => {
    const { store } = makeStore()
    await store.append('s', turn(1))
    await store.append('s', withTool)
    expect(await store.read('s')).toEqual([...turn(1), ...withTool])
    for (const key of ['other', '__proto__', 'constructor', '']) expect(await store.read(key)).toEqual([])
  })

  test('what was read does not change when more is said', async () => {
    const { store } = makeStore()
    await store.append('s', turn(1))
    const before = await store.read('s')
    await store.append('s', turn(2))
    expect(before).toEqual(turn(1))
  })

  test('over the limit of messages whole turns are forgotten, oldest first', async () => {
    const { store } = makeStore({ maxMessages: 5 })
    await store.append('s', withTool)
    for (const number of [1, 2, 3]) await store.append('s', turn(number))
    expect(await store.read('s')).toEqual([...turn(2), ...turn(3)])
  })

  test('over the limit of characters, too', async () => {
    const size = JSON.stringify(turn(1)).length
    const { store } = makeStore({ maxCharacters: 2 * size })
    for (const number of [1, 2, 3]) await store.append('s', turn(number))
    expect(await store.read('s')).toEqual([...turn(2), ...turn(3)])
  })

  test('a session expires when nobody used it for long, and reading is using', async () => {
    const { clock, store } = makeStore({ keepMs: 100 })
    await store.append('read', turn(1))
    await store.append('left', turn(2))
    clock.at = 99
    expect(await store.read('read')).toEqual(turn(1))
    clock.at = 100
    expect(await store.read('left')).toEqual([])
    expect(await store.read('read')).toEqual(turn(1))
    clock.at = 200
    expect(await store.read('read')).toEqual([])
  })

  test('what is forgotten is gone, alone, and its owner has room for another', async () => {
    const { store } = makeStore({ maxSessionsPerOwner: 2 })
    const key = (sessionId: string): string => sessionKey({ owner: 'ann/', agentName: 'a', sessionId })
    for (const number of [1, 2]) await store.append(key(String(number)), turn(number))
    await store.forget(key('1'))
    await store.forget(key('never was'))
    await store.append(key('3'), turn(3))
    expect(await Promise.all(['1', '2', '3'].map((id) => store.read(key(id))))).toEqual([[], turn(2), turn(3)])
    await store.append(key('1'), turn(4))
    expect(await store.read(key('1'))).toEqual(turn(4))
  })

  test('X10 an owner with many conversations pushes out their own, never those of others', async () => {
    const { store } = makeStore({ maxSessionsPerOwner: 2 })
    const key = (owner: string, sessionId: string): string => sessionKey({ owner, agentName: 'a', sessionId })
    await store.append(key('ann/', '1'), turn(0))
    for (const number of [1, 2, 3]) await store.append(key('"bob/', String(number)), turn(number))
    for (const number of [1, 2, 3]) await store.append(key('', String(number)), turn(number))
    const read = (owner: string) => Promise.all(['1', '2', '3'].map((id) => store.read(key(owner, id))))
    expect(await read('ann/')).toEqual([turn(0), [], []])
    expect(await read('"bob/')).toEqual([[], turn(2), turn(3)])
    expect(await read('')).toEqual([turn(1), turn(2), turn(3)])
  })
})

test('a turn that is too large alone is kept in short, or not at all', () => {
  const short = [[user('Tides?'), assistant('Low.')]]
  expect(newestTurns([turn(1), withTool], { maxMessages: 3 })).toEqual(short)
  expect(newestTurns([withTool], { maxCharacters: 150 })).toEqual(short)
  expect(newestTurns([withTool], { maxCharacters: 20 })).toEqual([])
  expect(newestTurns([withTool.slice(0, 3)], { maxMessages: 2 })).toEqual([])
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
