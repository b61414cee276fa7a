import { DatabaseSync } from 'node:sqlite'
import { type AgentEvent, type AgentRun, createAgentClient, immediately, isAgentStreamError, type RunState } from '@agentstream/client'
import { type Faults, faults, faultyFetch } from '@agentstream/client/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Agent } from '../agents/agent.ts'
import type { Journal } from '../runs/journal.ts'
import { createMemoryJournal } from '../runs/memory-journal.ts'
import { sqliteJournal } from '../runs/sqlite-journal.ts'
import { createAgentHandler } from './handler.ts'

/** Every kind of journal, how a fresh one is made, and its share of the schedules. */
const journals: readonly (readonly [string, () => Journal, number])[] = [
  ['memory', () => createMemoryJournal(), 0.75],
  ['SQLite', () => sqliteJournal(new DatabaseSync(':memory:')), 0.25],
]

/** Per property; a soak (`npm run soak`) asks for more, from a seed of its own. */
const schedules = Number(process.env['SCHEDULES'] ?? 1_000)
const soaking = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

const call = (id: string, word: string): AgentEvent[] => [
  { type: 'tool_call_delta', tool_call: { id, index: 0, function: { name: 'search', arguments: '' } }, arguments_delta: `{"q":"${word}` },
  { type: 'tool_call_delta', tool_call: { id, index: 0, function: { name: 'search', arguments: '' } }, arguments_delta: '"}' },
  { type: 'tool_call', tool_name: 'search', parameters: { q: word }, tool_call_id: id },
  { type: 'tool_result', tool_name: 'search', result: { hits: [word] }, tool_call_id: id },
]
const words = (text: string): AgentEvent[] => text.split(/(?<= )/).map((content) => ({ type: 'token', content }))
const story: readonly AgentEvent[] = [
  { type: 'started' },
  { type: 'iteration_start', iteration: 1, max_iterations: 3 },
  ...words('Was grün ist, must be 🌳 or a frog; let me look. '),
  ...call('a', 'grün'),
  { type: 'iteration_start', iteration: 2, max_iterations: 3 },
  { type: 'thinking_token', content: 'a frog,\n\nperhaps' },
  ...words('It is a frog, as far as anybody can tell from here. '),
  ...call('b', 'Frösche'),
  { type: 'result', output: 'a frog', success: true },
  { type: 'completed', success: true, execution_time: 1 },
]

/** Says its story in bursts, with pauses in which a connection may be lost. */
const teller: Agent = {
  name: 'teller',
  info: { name: 'teller', description: 'Tells', provider: 'scripted', model: 'm', tools: [], supportsStreaming: true },
  async *run() {
    for (const [at, event] of story.entries()) {
      if (at % 7 === 3) await new Promise((resolve) => setTimeout(resolve, 500))
      yield event
    }
  },
}

/** What one connection meets. */
type Meeting =
  | { readonly kind: 'refused' | 'restart' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'html200' }
  | {
      readonly kind: 'cutAt' | 'endAt' | 'halfOpen' | 'splitBytes' | 'split' | 'duplicate' | 'reorder' | 'stall' | 'flipBit' | 'wrongEpoch' | 'oversizedLine'
      readonly at: number
    }

const times = (kind: Extract<Meeting, { at: number }>['kind'], max: number) => fc.integer({ min: 1, max }).map((at): Meeting => ({ kind, at }))
const harmless = [times('splitBytes', 300), times('split', 1e6), times('duplicate', 40), times('stall', 100_000), times('oversizedLine', 5000)]
const losing = [times('cutAt', 6000), times('endAt', 6000), times('halfOpen', 6000)]
const refusing = [
  fc.constant<Meeting>({ kind: 'refused' }),
  fc.constant<Meeting>({ kind: 'restart' }),
  fc.constantFrom(429, 500, 503).map((status): Meeting => ({ kind: 'status', status })),
]
const spoiling = [
  ...[times('reorder', 40), times('flipBit', 50_000), times('wrongEpoch', 40)],
  fc.constant<Meeting>({ kind: 'html200' }),
  fc.constantFrom(204, 401, 404, 410).map((status): Meeting => ({ kind: 'status', status })),
]
const connection = (...kinds: readonly fc.Arbitrary<Meeting>[]) => fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 3 })

function spoil(plan: Faults, meeting: Meeting): Faults {
  if ('at' in meeting) return plan[meeting.kind](meeting.at)
  if (meeting.kind === 'status') return plan.status(meeting.status)
  return meeting.kind === 'html200' ? plan.html200() : plan
}

/** A run of the story over connections that meet what the schedule says; further ones meet nothing. */
async function tell(journal: Journal, schedule: readonly (readonly Meeting[])[]): Promise<AgentRun> {
  const serve = () => createAgentHandler({ agents: { teller }, journal, onDisconnect: 'continue' })
  let handler = serve()
  const server: typeof globalThis.fetch = (input, init) => handler(new Request(new URL(String(input), 'http://agents.test'), init))
  const fetch = faultyFetch(server, (attempt) => {
    const meetings = schedule[attempt] ?? []
    if (meetings.some(({ kind }) => kind === 'restart')) handler = serve()
    if (meetings.some(({ kind }) => kind === 'refused')) throw new TypeError('fetch failed')
    return meetings.length === 0 ? undefined : meetings.reduce(spoil, faults())
  })
  const client = createAgentClient({ url: '', fetch, retry: { attempts: 12 } })
  const run = client.run('Tell', { schedule: immediately })
  let isOver = false
  const ended = run.result().then(
    () => (isOver = true),
    () => (isOver = true),
  )
  while (!isOver) await vi.advanceTimersByTimeAsync(5000)
  await ended
  return run
}

/** What a reader sees; when it arrived, and over which connection, differs. */
const shown = ({ id, connection, timing, ...state }: RunState): unknown =>
  JSON.parse(JSON.stringify(state, (key, value) => (key === 'startedAt' || key === 'endedAt' ? undefined : value)))

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

describe.each(journals)('a run kept by a journal of kind %s', (_, createJournal, share) => {
  const options = { numRuns: schedules * share, ...soaking }
  let whole: unknown
  beforeEach(async () => {
    whole = shown((await tell(createJournal(), [])).getSnapshot())
    expect(whole).toMatchObject({ status: 'completed', integrity: 'verified', counts: { events: story.length } })
  })

  test('N1 N2 N3 N5 N7 N12 N16 N17 N22: lost, silent, split, repeated, refused and restarted, it is shown as if nothing had happened', { timeout: 36e5 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(connection(...harmless, ...losing, ...refusing), { maxLength: 8 }), async (schedule) => {
        const run = await tell(createJournal(), schedule)
        expect(run.error).toBeUndefined()
        expect(shown(run.getSnapshot())).toEqual(whole)
      }),
      options,
    ),
  )

  test('N18 N19 N25 N31: whatever a network or a stranger does to it, it is shown as it was, or the reader is told', { timeout: 36e5 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(connection(...harmless, ...losing, ...refusing, ...spoiling), { maxLength: 8 }), async (schedule) => {
        const run = await tell(createJournal(), schedule)
        const state = run.getSnapshot()
        const isChanged = schedule.flat().some(({ kind }) => kind === 'flipBit')
        // The agent's last word arrived and the server's seal on it did not: the state says that nobody has checked it.
        const isUnsealed = run.error === undefined && state.integrity === 'unverified' && state.status === 'completed'
        if (isUnsealed && !isChanged) expect(shown({ ...state, integrity: 'verified' })).toEqual(whole)
        else if (run.error === undefined && !isUnsealed) expect(shown(state)).toEqual(whole)
        else if (run.error !== undefined) {
          expect(isAgentStreamError(run.error)).toBe(true)
          expect(['truncated', 'failed']).toContain(state.status)
          expect(state.integrity).not.toBe('verified')
        }
      }),
      options,
    ),
  )
})
