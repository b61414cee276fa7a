// The schedules of `resuming.ts` against servers and journals that are real: many readers at once, by the clock.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { type AgentRun, selectText, selectToolCalls } from '@agentstream/client'
import fc from 'fast-check'
import type { Deployment } from './deployment.ts'
import { hostile, lossy, type Schedule, type Servers, shown, tallyOf, tell, type Verdict, verdictOn } from './resuming.ts'

/** Per property; a soak (`npm run soak`) asks for more, from a seed of its own. Real servers get a part of them. */
const schedules = Math.ceil(Number(process.env['SCHEDULES'] ?? 800) / 10)
const seed = Number(process.env['SEED'] ?? 1)
const readersAtOnce = 40
const readersPerKill = 20
/** Whoever goes on waits for a lease to run out, so there are fewer of these. */
const kills = Math.ceil(schedules / 100)
const isTold = (verdict: string): boolean => verdict !== 'different'

function serversOf(deployment: Deployment, agent: 'teller' | 'finder'): Servers {
  const place = agent === 'teller' ? 'steady' : 'api'
  const { reset } = deployment
  let at = 0
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname, search } = new URL(String(input))
    return globalThis.fetch(`${deployment.urls[at % 2]}${pathname}${search}`, init)
  }
  return {
    client: { url: `http://servers.test/${place}`, fetch, idleTimeoutMs: 200, retry: { attempts: 1_000, resumeAttempts: 1_000, baseMs: 1, maxMs: 20 } },
    agent,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 400)),
    restart() {
      at++
    },
    ...(reset && { reset }),
    until: (settled) => settled,
  }
}

interface Trial {
  readonly deployment: Deployment
  readonly agent: 'teller' | 'finder'
  readonly kinds: fc.Arbitrary<Schedule>
  readonly numRuns: number
  readonly seed: number
  readonly judge: (run: AgentRun, schedule: Schedule) => string
  readonly isAllowed: (verdict: string) => boolean
}

/** What all schedules came to. Throws for the first that came to what is not allowed. */
async function tryAll({ deployment, agent, kinds, numRuns, seed, judge, isAllowed }: Trial): Promise<Readonly<Record<string, number>>> {
  const waiting = fc.sample(kinds, { numRuns, seed }).values()
  const verdicts: string[] = []
  const readOn = async (): Promise<void> => {
    for (const schedule of waiting) {
      const run = await tell(serversOf(deployment, agent), schedule)
      const verdict = judge(run, schedule)
      if (!isAllowed(verdict)) {
        // The others read what they have, and no more.
        for (const _ of waiting);
        const { status, integrity, failure, counts } = run.getSnapshot()
        assert.fail(JSON.stringify({ seed, verdict, schedule, status, integrity, failure, counts, text: selectText(run.getSnapshot()) }))
      }
      verdicts.push(verdict)
    }
  }
  await Promise.all(Array.from({ length: readersAtOnce }, readOn))
  return tallyOf(verdicts)
}

/** What must be the same when another process went on: how often something was told is not. */
function seen(run: AgentRun): unknown {
  const state = run.getSnapshot()
  const calls = selectToolCalls(state).map(({ toolName, parameters, status, result }) => ({ toolName, parameters, status, result }))
  return { status: state.status, integrity: state.integrity, output: state.output, text: selectText(state), calls }
}

/** `interrupted`: a tool was at work when its process was killed, and the reader sees that. */
function afterKill(run: AgentRun, whole: unknown): string {
  const state = run.getSnapshot()
  if (run.error) return state.status === 'completed' ? 'different' : `failed: ${run.error.code}`
  if (isDeepStrictEqual(seen(run), whole)) return 'verified'
  const isInterrupted = selectToolCalls(state).some(({ status, error }) => status === 'failed' && error?.includes('interrupted'))
  return state.integrity === 'verified' && isInterrupted ? 'interrupted' : 'different'
}

export function resumeCases(deployed: (title: string, body: (context: TestContext) => Promise<void>) => void, deployment: Deployment): void {
  const tried = async (context: TestContext, trial: Omit<Trial, 'deployment' | 'judge'>): Promise<void> => {
    const uncut = (await tell(serversOf(deployment, trial.agent), [])).getSnapshot()
    assert.deepEqual([uncut.status, uncut.integrity], ['completed', 'verified'])
    const whole = shown(uncut)
    const judge = (run: AgentRun, schedule: Schedule): Verdict => verdictOn(run, schedule, whole)
    context.diagnostic(`${trial.numRuns} schedules: ${JSON.stringify(await tryAll({ ...trial, deployment, judge }))}`)
    assert.deepEqual(await deployment.unhandled?.(), deployment.unhandled && [], 'L20: no unhandled rejection in any scenario')
  }

  deployed('N1 N2 N3 N5 N7 N12 N16 N17 N22: lost, silent, split, repeated, refused and restarted, it is shown as if nothing had happened', (context) =>
    tried(context, { agent: 'teller', kinds: lossy, numRuns: schedules, seed, isAllowed: (verdict) => verdict === 'verified' }),
  )

  deployed('N18 N19 N25 N31: whatever a network or a stranger does to it, it is shown as it was, or the reader is told', (context) =>
    tried(context, { agent: 'teller', kinds: hostile, numRuns: schedules, seed, isAllowed: isTold }),
  )

  deployed('S19: servers that are killed at any moment: every reader gets all of it, or is told', async (context) => {
    const uncut = await tell(serversOf(deployment, 'finder'), [])
    assert.equal(uncut.getSnapshot().status, 'completed')
    const whole = seen(uncut)
    const judge = (run: AgentRun): string => afterKill(run, whole)
    const tallies: Readonly<Record<string, number>>[] = []
    const moments = fc.sample(fc.integer({ min: 0, max: 150 }), { numRuns: kills, seed })
    for (const [round, afterMs] of moments.entries()) {
      const kill = async (): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, afterMs))
        await deployment.restart()
      }
      const trial: Trial = { deployment, agent: 'finder', kinds: lossy, numRuns: readersPerKill, seed: seed + round, judge, isAllowed: isTold }
      tallies.push((await Promise.all([tryAll(trial), kill()]))[0])
    }
    context.diagnostic(`${kills} kills: ${tallies.map((tally) => JSON.stringify(tally)).join(' ')}`)
  })
}
