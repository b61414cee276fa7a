// What a reader sees of a run whose connections and servers fail at random: schedules of faults go in, verdicts come out. Whatever
// keeps the run, and however time passes there, is handed in. No test framework here.
import { isDeepStrictEqual } from 'node:util'
import { type AgentClientOptions, type AgentRun, createAgentClient, immediately, isAgentStreamError, type RunState } from '@agentstream/client'
import { type FaultOptions, type Faults, faults, faultyFetch } from '@agentstream/client/testing'
import fc from 'fast-check'

/** What one connection meets. */
export type Meeting =
  | { readonly kind: 'refused' | 'restart' | 'html200' }
  | { readonly kind: 'status'; readonly status: number }
  | {
      readonly kind: 'cutAt' | 'endAt' | 'halfOpen' | 'splitBytes' | 'split' | 'duplicate' | 'reorder' | 'stall' | 'flipBit' | 'wrongEpoch' | 'oversizedLine'
      readonly at: number
    }
  /** After so many milliseconds; nothing where the storage has no process of its own. */
  | { readonly kind: 'reset'; readonly afterMs: number }

/** What every connection meets, in their order; further ones meet nothing. */
export type Schedule = readonly (readonly Meeting[])[]

const times = (kind: Extract<Meeting, { at: number }>['kind'], max: number) => fc.integer({ min: 1, max }).map((at): Meeting => ({ kind, at }))
const harmless = [times('splitBytes', 300), times('split', 1e6), times('duplicate', 40), times('stall', 100_000), times('oversizedLine', 5000)]
const losing = [times('cutAt', 6000), times('endAt', 6000), times('halfOpen', 6000)]
const refusing = [
  fc.constantFrom('refused', 'restart').map((kind): Meeting => ({ kind })),
  fc.integer({ min: 0, max: 40 }).map((afterMs): Meeting => ({ kind: 'reset', afterMs })),
  fc.constantFrom(429, 500, 503).map((status): Meeting => ({ kind: 'status', status })),
]
const spoiling = [
  ...[times('reorder', 40), times('flipBit', 50_000), times('wrongEpoch', 40)],
  fc.constant<Meeting>({ kind: 'html200' }),
  fc.constantFrom(204, 401, 404, 410).map((status): Meeting => ({ kind: 'status', status })),
]
const scheduleOf = (...kinds: readonly fc.Arbitrary<Meeting>[]): fc.Arbitrary<Schedule> =>
  fc.array(fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 3 }), { maxLength: 8 })

/** What networks and servers do that mean well: nothing of it may be seen. */
export const lossy = scheduleOf(...harmless, ...losing, ...refusing)
/** And what strangers do: it may end the run, but not unsaid. */
export const hostile = scheduleOf(...harmless, ...losing, ...refusing, ...spoiling)

/** Servers before one journal, for one run. */
export interface Servers {
  readonly client: AgentClientOptions
  readonly agent: string
  /** How long a stall of so many milliseconds takes there. */
  readonly wait?: NonNullable<FaultOptions['wait']>
  /** From now on another server answers. It shares nothing but the journal; the one before goes on with its runs. */
  restart(): void
  /** Throws the storage's process away, and what it has in memory. */
  reset?(runId: string): Promise<void>
  /** Waits for it, while time passes. */
  until(settled: Promise<void>): Promise<void>
}

function spoil(plan: Faults, meeting: Meeting): Faults {
  if ('at' in meeting) return plan[meeting.kind](meeting.at)
  if (meeting.kind === 'status') return plan.status(meeting.status)
  return meeting.kind === 'html200' ? plan.html200() : plan
}

/** A run over connections that meet what the schedule says, when it is over. */
export async function tell(servers: Servers, schedule: Schedule): Promise<AgentRun> {
  const { client, agent, wait, reset } = servers
  const runId = crypto.randomUUID()
  const resets: Promise<void>[] = []
  const fetch = faultyFetch(client.fetch ?? globalThis.fetch, (attempt) => {
    const meetings = schedule[attempt] ?? []
    for (const meeting of meetings) {
      if (meeting.kind === 'restart') servers.restart()
      if (meeting.kind === 'reset' && reset) resets.push(new Promise((resolve) => setTimeout(resolve, meeting.afterMs)).then(() => reset(runId)))
    }
    if (meetings.some(({ kind }) => kind === 'refused')) throw new TypeError('fetch failed')
    return meetings.length === 0 ? undefined : meetings.reduce(spoil, faults('', wait ? { wait } : {}))
  })
  const run = createAgentClient({ ...client, fetch }).run('Tell', { runId, agent, schedule: immediately })
  const over = (): void => {}
  await servers.until(run.result().then(over, over))
  await Promise.all(resets)
  return run
}

/** What a reader sees; when it arrived, and over which connection, differs. */
export const shown = ({ id, connection, timing, ...state }: RunState): unknown =>
  JSON.parse(JSON.stringify(state, (key, value) => (key === 'startedAt' || key === 'endedAt' ? undefined : value)))

/**
 * `verified`: as if nothing had happened. `unsealed`: the agent's last word arrived, and the server's seal on it did not; the
 * state says that nobody has checked it. `different`: the one that must not be.
 */
export type Verdict = 'verified' | 'unsealed' | `failed: ${string}` | 'different'

/** What a run came to, held against one that nothing happened to. */
export function verdictOn(run: AgentRun, schedule: Schedule, whole: unknown): Verdict {
  const state = run.getSnapshot()
  if (run.error) {
    const isTold = isAgentStreamError(run.error) && ['truncated', 'failed'].includes(state.status) && state.integrity !== 'verified'
    return isTold ? `failed: ${run.error.code}` : 'different'
  }
  // The server says itself that it was cut.
  if (state.status === 'truncated') return 'failed: truncated'
  if (isDeepStrictEqual(shown(state), whole)) return 'verified'
  if (state.integrity !== 'unverified' || state.status !== 'completed') return 'different'
  const isChanged = schedule.flat().some(({ kind }) => kind === 'flipBit')
  return isChanged || isDeepStrictEqual(shown({ ...state, integrity: 'verified' }), whole) ? 'unsealed' : 'different'
}

/** What all of them came to. */
export function tallyOf(verdicts: readonly string[]): Readonly<Record<string, number>> {
  const tally: Record<string, number> = {}
  for (const verdict of verdicts) tally[verdict] = (tally[verdict] ?? 0) + 1
  return tally
}
