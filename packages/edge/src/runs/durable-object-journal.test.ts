import { DatabaseSync } from 'node:sqlite'
import type { AgentEvent } from '@agentstream/client/wire'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { durableObjects, type Fate, stateOver } from '../../test/durable-objects.ts'
import { durableObjectJournal } from './durable-object-journal.ts'
import { journalContract } from './journal-contract.ts'
import { createRunObject } from './run-object.ts'
import { sharedJournalContract } from './shared-journal-contract.ts'

journalContract(() => durableObjectJournal(durableObjects()), { test, expect })
let passed = 0
const passTime = (ms: number): void => {
  passed += ms
}
sharedJournalContract(
  () => {
    const namespace = durableObjects({ now: () => Date.now() + passed })
    return { first: durableObjectJournal(namespace), second: durableObjectJournal(namespace), passTime }
  },
  { test, expect },
)

const token = (content: string): AgentEvent => ({ type: 'token', content })

test('S22 objects that are thrown out of memory at any moment, as every deployment does, cost no run an event, and double none', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fates = fc.array(fc.constantFrom<Fate>('fine', 'fine', 'lost before', 'lost after'), { maxLength: 40 })
  const batches = fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  const property = fc.asyncProperty(fates, batches, async (unlucky, said) => {
    // Never so often in a row that one must give up.
    let inARow = 0
    const waiting = unlucky.values()
    const fateOf = (): Fate => {
      const fate = inARow === 5 ? 'fine' : (waiting.next().value ?? 'fine')
      inARow = fate === 'fine' ? 0 : inARow + 1
      return fate
    }
    const journal = durableObjectJournal(durableObjects({ fateOf }))
    const told = async (): Promise<unknown> => {
      const role = await journal.open('r')
      for (const batch of said) await journal.append('r', batch.map(token))
      await journal.close('r', 'completed')
      const entries = []
      for await (const batch of journal.read('r', undefined, new AbortController().signal)) entries.push(...batch)
      return { role, status: (await journal.status('r')).status, said: entries.map(({ id, event }) => [Number(id.split('-')[1]), event]) }
    }
    const telling = told()
    let isOver = false
    const over = (): void => {
      isOver = true
    }
    telling.then(over, over)
    while (!isOver) await vi.advanceTimersByTimeAsync(100)
    expect(await telling).toEqual({ role: 'producer', status: 'completed', said: said.flat().map((content, at) => [at + 1, token(content)]) })
  })
  await fc.assert(property, { numRuns: 200 })
  vi.useRealTimers()
})

test('a limit that a run hit is told once, and its last word still fits', async () => {
  const RunObject = createRunObject({ maxEventsPerRun: 2 })
  const object = new RunObject(stateOver(new DatabaseSync(':memory:')))
  const journal = durableObjectJournal({ idFromName: () => 'r', get: () => ({ fetch: (url, init) => object.fetch(new Request(url, init)) }) })
  await journal.open('r')
  await expect(journal.append('r', ['a', 'b', 'c'].map(token))).rejects.toMatchObject({ code: 'limit' })
  expect(await journal.append('r', [{ type: 'error', error: 'Too long' }])).toMatch(/-3$/)
})

test('a run that has expired is unknown, and its object can be asked again', async () => {
  let time = Date.now()
  const namespace = durableObjects({ now: () => time })
  const journal = durableObjectJournal(namespace)
  await journal.open('r')
  await journal.close('r', 'completed')
  time += 86_400_001
  await namespace.ring('r')
  expect(await journal.status('r')).toEqual({ status: 'unknown' })
  expect(await journal.open('r')).toBe('producer')
})
