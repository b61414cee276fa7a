import { DatabaseSync } from 'node:sqlite'
import type { RunObjectNamespace } from '../src/runs/ask-object.ts'
import { createRunObject, type RunObject, type RunObjectState } from '../src/runs/run-object.ts'
import { sqlOf } from '../src/runs/sql/database.ts'

/** What becomes of a request to an object: it may be thrown out of memory before it has done what it was asked, or after. */
export type Fate = 'fine' | 'lost before' | 'lost after'

/** What the runtime makes of a SQLite database for an object. The objects themselves are tried in workerd: see `e2e/runtimes`. */
export function stateOver(database: DatabaseSync): RunObjectState & { readonly alarm: { at: number | null } } {
  const { rows, atomically } = sqlOf(database)
  const alarm: { at: number | null } = { at: null }
  const sql: RunObjectState['storage']['sql'] = { exec: (statement, ...values) => ({ toArray: () => [...rows(statement, ...values)] }) }
  return {
    alarm,
    storage: {
      sql,
      transactionSync: atomically,
      getAlarm: async () => alarm.at,
      async setAlarm(at) {
        alarm.at = at
      },
      async deleteAll() {
        const tables = rows("SELECT name FROM sqlite_master WHERE type = 'table'") as readonly { readonly name: string }[]
        for (const { name } of tables) database.exec(`DROP TABLE ${name}`)
      },
    },
  }
}

interface FakeObjects extends RunObjectNamespace<string> {
  /** When the object of that name wants to be woken. */
  alarmOf(name: string): number | null | undefined
  /** Wakes it. */
  ring(name: string): Promise<void>
  readonly names: readonly string[]
}

/** Objects that keep what they store when they are thrown out of memory. */
export function durableObjects({
  fateOf = () => 'fine',
  now = Date.now,
}: {
  readonly fateOf?: (verb: string) => Fate
  readonly now?: () => number
} = {}): FakeObjects {
  const KeptObject = createRunObject({ now })
  const states = new Map<string, ReturnType<typeof stateOver>>()
  const living = new Map<string, RunObject>()
  const stateOf = (name: string): ReturnType<typeof stateOver> => {
    const state = states.get(name) ?? stateOver(new DatabaseSync(':memory:'))
    states.set(name, state)
    return state
  }
  const objectOf = (name: string): RunObject => {
    const object = living.get(name) ?? new KeptObject(stateOf(name))
    living.set(name, object)
    return object
  }
  return {
    idFromName: (name) => name,
    get: (name) => ({
      async fetch(url, init) {
        const fate = fateOf(new URL(url).pathname.slice(1))
        if (fate !== 'fine') living.delete(name)
        if (fate === 'lost before') throw new TypeError('The object was reset')
        const response = await objectOf(name).fetch(new Request(url, init))
        if (fate === 'lost after') throw new TypeError('The object was reset')
        return response
      },
    }),
    alarmOf: (name) => states.get(name)?.alarm.at,
    ring: (name) => objectOf(name).alarm(),
    get names() {
      return [...states.keys()]
    },
  }
}
