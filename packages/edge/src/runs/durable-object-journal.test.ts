import { DatabaseSync } from 'node:sqlite'
import type { AgentEvent } from '@agentstream/client/wire'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { durableObjectJournal, type RunObjectNamespace } from './durable-object-journal.ts'
import { journalContract } from './journal-contract.ts'
import { createRunObject, type RunObjectState } from './run-object.ts'
import { sharedJournalContract } from './shared-journal-contract.ts'
import { sqlOf } from './sql/database.ts'

/** What the runtime makes of a SQLite database for an object. The objects themselves are tried in workerd: see `e2e/runtimes`. */
function stateOver(database: DatabaseSync): RunObjectState {
  const { rows, atomically } = sqlOf(database)
  const sql: RunObjectState['storage']['sql'] = { exec: (statement, ...values) => ({ toArray: () => [...rows(statement, ...values)] }) }
  return { storage: { sql, transactionSync: atomically, setAlarm: async () => {}, deleteAll: async () => {} } }
}

/** What becomes of a request to an object: it may be thrown out of memory before it has done what it was asked, or after. */
type Fate = 'fine' | 'lost before' | 'lost after'

function objects({
  fateOf = () => 'fine',
  now = Date.now,
}: {
  readonly fateOf?: (verb: string) => Fate
  readonly now?: () => number
} = {}): RunObjectNamespace<string> {
  const RunObject = createRunObject({ now })
  const databases = new Map<string, DatabaseSync>()
  const living = new Map<string, InstanceType<typeof RunObject>>()
  return {
    idFromName: (name) => name,
    get: (name) => ({
      async fetch(url, init) {
        const fate = fateOf(new URL(url).pathname.slice(1))
        if (fate !== 'fine') living.delete(name)
        if (fate === 'lost before') throw new TypeError('The object was reset')
        const database = databases.get(name) ?? new DatabaseSync(':memory:')
        databases.set(name, database)
        const object = living.get(name) ?? new RunObject(stateOver(database))
        living.set(name, object)
        const response = await object.fetch(new Request(url, init))
        if (fate === 'lost after') throw new TypeError('The object was reset')
        return response
      },
    }),
  }
}

journalContract(() => durableObjectJournal(objects()), { test, expect })
let passed = 0
const passTime = (ms: number): void => {
  passed += ms
}
sharedJournalContract(
  () => {
    const namespace = objects({ now: () => Date.now() + passed })
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
    const journal = durableObjectJournal(objects({ fateOf }))
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
