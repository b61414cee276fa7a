import type { Journal } from '@agentstream/edge'
import { type DurableSessionLimits, journalContract, type SharedSessionStores, sessionStoreContract, sharedJournalContract } from '@agentstream/edge/testing'

export interface Contracts {
  /** Answers how to make journals over one storage that nobody used before. */
  readonly journals: () => () => Journal
  /** Two stores of conversations over one that nobody used before. */
  readonly sessions: (limits: DurableSessionLimits) => Promise<Omit<SharedSessionStores, 'passTime'>>
  readonly passTime: (ms: number) => void
}

/** Tries all contracts where no test runner is: for every rule its name, and `passed` or what was wrong. */
export async function tryContracts({ journals, sessions, passTime }: Contracts): Promise<readonly (readonly [string, string])[]> {
  const rules: [string, () => Promise<void>][] = []
  const runner = {
    test: (name: string, body: () => Promise<void>) => rules.push([name, body]),
    expect: (actual: unknown) => ({
      toEqual(expected: unknown) {
        const [is, should] = [written(actual), written(expected)]
        if (is !== should) throw new Error(`expected ${should}, got ${is}`)
      },
    }),
  }
  journalContract(() => journals()(), runner)
  sharedJournalContract(() => {
    const make = journals()
    return { first: make(), second: make(), passTime }
  }, runner)
  sessionStoreContract(async (limits) => ({ ...(await sessions(limits)), passTime }), runner, { perOwner: true })
  const results: [string, string][] = []
  for (const [name, body] of rules) {
    try {
      await body()
      results.push([name, 'passed'])
    } catch (error) {
      results.push([name, error instanceof Error ? (error.stack ?? error.message) : String(error)])
    }
  }
  return results
}

/** The same text for equal values, whatever the order of their members. */
function written(value: unknown): string {
  const sorted = (_: string, member: unknown): unknown =>
    member !== null && typeof member === 'object' && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort()) : member
  return JSON.stringify(value, sorted)
}
