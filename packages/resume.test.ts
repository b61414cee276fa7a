import { DatabaseSync } from 'node:sqlite'
import { createAgentHandler, createMemoryJournal, type Journal } from '@agentstream/edge'
import { sqliteJournal } from '@agentstream/edge/sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hostile, lossy, type Schedule, type Servers, shown, tallyOf, tell, type Verdict, verdictOn } from '../e2e/runtimes/resuming.ts'
import { createTeller, story } from '../e2e/runtimes/story.ts'

/** The journals that need no runtime of their own, how a fresh one is made, and its share of the schedules. The others: `e2e/runtimes`. */
const journals: readonly (readonly [string, () => Journal, number])[] = [
  ['memory', () => createMemoryJournal(), 0.75],
  ['SQLite', () => sqliteJournal(new DatabaseSync(':memory:')), 0.25],
]

/** Per property; a soak (`npm run soak`) asks for more, from a seed of its own. */
const schedules = Number(process.env['SCHEDULES'] ?? 800)
const seed = process.env['SEED']
const teller = createTeller(500)

function serversOver(journal: Journal): Servers {
  const serve = () => createAgentHandler({ agents: { teller }, journal, onDisconnect: 'continue' })
  let handler = serve()
  const fetch: typeof globalThis.fetch = (input, init) => handler(new Request(new URL(String(input), 'http://agents.test'), init))
  return {
    client: { url: '', fetch, retry: { attempts: 12, resumeAttempts: 12 } },
    agent: 'teller',
    restart() {
      handler = serve()
    },
    async until(settled) {
      let isOver = false
      void settled.then(() => (isOver = true))
      while (!isOver) await vi.advanceTimersByTimeAsync(5000)
    },
  }
}

let unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => {
  unhandled = []
  process.on('unhandledRejection', note)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled, 'L20: no unhandled rejection in any scenario').toEqual([])
})

describe.each(journals)('a run kept by a journal of kind %s', (kind, createJournal, share) => {
  const options = { numRuns: Math.ceil(schedules * share), ...(seed === undefined ? {} : { seed: Number(seed) }) }
  let whole: unknown
  beforeEach(async () => {
    whole = shown((await tell(serversOver(createJournal()), [])).getSnapshot())
    expect(whole).toMatchObject({ status: 'completed', integrity: 'verified', counts: { events: story.length } })
  })

  /** Every schedule must come to one of what is allowed; a soak says what they came to. */
  async function tryAll(schedules: fc.Arbitrary<Schedule>, isAllowed: (verdict: Verdict) => boolean): Promise<void> {
    const verdicts: Verdict[] = []
    const property = fc.asyncProperty(schedules, async (schedule) => {
      const run = await tell(serversOver(createJournal()), schedule)
      const verdict = verdictOn(run, schedule, whole)
      verdicts.push(verdict)
      if (!isAllowed(verdict)) expect(shown(run.getSnapshot()), verdict).toEqual(whole)
      expect(isAllowed(verdict), verdict).toBe(true)
    })
    await fc.assert(property, options)
    if (seed !== undefined) console.log(`${kind}: ${verdicts.length} schedules`, tallyOf(verdicts))
  }

  test('N1 N2 N3 N5 N7 N12 N16 N17 N22: lost, silent, split, repeated, refused and restarted, it is shown as if nothing had happened', { timeout: 36e5 }, () =>
    tryAll(lossy, (verdict) => verdict === 'verified'),
  )

  test('N18 N19 N25 N31: whatever a network or a stranger does to it, it is shown as it was, or the reader is told', { timeout: 36e5 }, () =>
    tryAll(hostile, (verdict) => verdict !== 'different'),
  )
})
