import { DatabaseSync } from 'node:sqlite'
import { type AgentEvent, emptyDigest, extendDigest, formatDigest } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import { degradingJournal } from './degrading-journal.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { journalContract } from './journal-contract.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { sharedJournalContract } from './shared-journal-contract.ts'
import { sqliteJournal } from './sqlite-journal.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
const never = (): AbortSignal => new AbortController().signal

/** A journal whose storage can be taken away. */
function fragile(): { readonly journal: Journal; breakDown(): void; readonly stored: Journal } {
  const stored = createMemoryJournal()
  let isBroken = false
  const guarded =
    <Given extends readonly unknown[], Answer>(act: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      if (isBroken) throw new TypeError('disk full at /secret/path')
      return act(...given)
    }
  const journal: Journal = { ...stored, append: guarded(stored.append), close: guarded(stored.close), status: guarded(stored.status) }
  const breakDown = (): void => {
    isBroken = true
  }
  return { journal, stored, breakDown }
}

async function contents(batches: AsyncIterable<readonly JournalEntry[]>): Promise<string[]> {
  const all: string[] = []
  for await (const batch of batches) all.push(...batch.map(({ id, event }) => `${id.split('-')[1]} ${event.type === 'token' ? event.content : event.type}`))
  return all
}

describe('while the storage works, it is the journal', () => {
  journalContract(() => degradingJournal(createMemoryJournal()), { test, expect })
  sharedJournalContract(
    () => {
      let time = 0
      const database = new DatabaseSync(':memory:')
      const make = () => degradingJournal(sqliteJournal(database, { pollMs: 5, leaseMs: 1_000, now: () => time }))
      return {
        first: make(),
        second: make(),
        passTime: (ms) => {
          time += ms
        },
      }
    },
    { test, expect },
  )
})

test('S20 a run whose storage fails goes on here: nothing is lost, the numbers go on, and it can be resumed and checked', async () => {
  const { journal, stored, breakDown } = fragile()
  const told: unknown[] = []
  const degrading = degradingJournal(journal, { onDegraded: (runId, error) => told.push([runId, error]) })
  await degrading.open('r')
  const first = await degrading.append('r', [token('a'), token('b')])
  const live = contents(degrading.read('r', undefined, never()))
  breakDown()
  const second = await degrading.append('r', [token('c')])
  await degrading.append('r', [token('d'), { type: 'completed', success: true }])
  await degrading.close('r', 'completed')
  expect(await live).toEqual(['1 a', '2 b', '3 c', '4 d', '5 completed'])
  expect(await contents(degrading.read('r', second, never()))).toEqual(['4 d', '5 completed'])
  const texts = [token('a'), token('b'), token('c'), token('d'), { type: 'completed', success: true }].map((event) => JSON.stringify(event))
  expect(await degrading.status('r')).toEqual({
    status: 'completed',
    cursor: `${first.split('-')[0]}-5`,
    digest: formatDigest(texts.reduce(extendDigest, emptyDigest)),
  })
  expect(told).toEqual([['r', new TypeError('disk full at /secret/path')]])
  expect(await stored.status('r')).toMatchObject({ status: 'running', cursor: first })
})

test('S20 a storage that fails at the first event, or only at the end, is the same', async () => {
  for (const events of [0, 1]) {
    const { journal, breakDown } = fragile()
    const degrading = degradingJournal(journal)
    await degrading.open('r')
    if (events > 0) await degrading.append('r', [token('a')])
    breakDown()
    if (events === 0) await degrading.append('r', [token('a')])
    await degrading.close('r', 'completed')
    expect(await contents(degrading.read('r', undefined, never()))).toEqual(['1 a'])
    expect(await degrading.status('r')).toMatchObject({ status: 'completed' })
  }
})

test('S20 an event that JSON cannot carry costs a run that goes on here nothing else', async () => {
  const { journal, breakDown } = fragile()
  const degrading = degradingJournal(journal)
  await degrading.open('r')
  await degrading.append('r', [token('a')])
  breakDown()
  const cyclic: { type: 'custom'; name: string; data: unknown } = { type: 'custom', name: 'loop', data: undefined }
  cyclic.data = cyclic
  await expect(degrading.append('r', [token('b'), cyclic, token('lost')])).rejects.toMatchObject({ code: 'agent' })
  await degrading.append('r', [token('c')])
  await degrading.close('r', 'completed')
  expect(await contents(degrading.read('r', undefined, never()))).toEqual(['1 a', '2 b', '3 c'])
})

test('the text of an event is made once, and what its agent does to it later changes nothing', async () => {
  const database = new DatabaseSync(':memory:')
  const degrading = degradingJournal(sqliteJournal(database))
  let made = 0
  const reused = {
    type: 'token' as const,
    content: 'first',
    toJSON(): unknown {
      made++
      return token(reused.content)
    },
  }
  await degrading.open('r')
  await degrading.append('r', [reused])
  expect(made).toBe(1)
  reused.content = 'second'
  database.close()
  await degrading.append('r', [reused])
  await degrading.close('r', 'completed')
  expect(made).toBe(2)
  expect(await contents(degrading.read('r', undefined, never()))).toEqual(['1 first', '2 second'])
})

test('S20 a run that cannot even be opened is refused, as without it', async () => {
  const { journal } = fragile()
  const broken: Journal = { ...journal, open: () => Promise.reject(new TypeError('no disk')) }
  await expect(degradingJournal(broken).open('r')).rejects.toThrow('no disk')
})
