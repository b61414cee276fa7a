import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import type { Agent, RunContext } from '../agents/agent.ts'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool } from '../tools/tool.ts'
import type { Journal, JournalEntry } from './journal.ts'
import type { RunView } from './live-run.ts'
import { createRunService, type RunService, type RunServiceOptions } from './run-service.ts'
import { sqliteJournal } from './sqlite-journal.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
const done: AgentEvent = { type: 'completed', success: true }

/** An agent driven by the test, in one process. */
function puppet(isResumable = true) {
  const queue: (AgentEvent | undefined)[] = []
  const contexts: RunContext[] = []
  let wake = (): void => {}
  const agent: Agent = {
    name: 'puppet',
    info: { name: 'puppet', tools: [], supportsStreaming: true },
    isResumable,
    async *run(_, context) {
      contexts.push(context)
      for (;;) {
        const event = queue.shift()
        if (event) yield event
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
  const say = (...events: AgentEvent[]): void => {
    queue.push(...events)
    wake()
  }
  return { agent, contexts, say }
}

let folder = ''
let time = 0
const databases: DatabaseSync[] = []
const leaseMs = 60_000

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentstream-shared-'))
  time = 0
})
afterEach(() => {
  for (const database of databases.splice(0)) database.close()
  rmSync(folder, { recursive: true })
})

/** A process of its own: its own connection to the file, its own service, its own agent. */
function process({ isResumable = true, lease = leaseMs, ...options }: Partial<RunServiceOptions> & { isResumable?: boolean; lease?: number } = {}) {
  const database = new DatabaseSync(join(folder, 'runs.db'))
  databases.push(database)
  const worker = puppet(isResumable)
  const journal = sqliteJournal(database, { pollMs: 5, leaseMs: lease, now: () => time })
  const findAgent = (name: string) => (name === 'puppet' ? worker.agent : undefined)
  const service = createRunService({ journal, onDisconnect: 'continue', onError: () => {}, now: () => time, findAgent, ...options })
  return { ...worker, service, journal }
}

const start = async (service: RunService, agent: Agent): Promise<RunView> => {
  const result = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' }, parameters: { temperature: 1 } })
  if (result.outcome !== 'started') throw new Error(result.outcome)
  return result.view
}
const follow = async (service: RunService, after?: string): Promise<RunView> => {
  const result = await service.follow('r', after)
  if (result.outcome !== 'followed') throw new Error(result.outcome)
  return result.view
}
/** What a view shows, and a promise of the first entry. */
function watch(view: RunView) {
  let first = (_: JournalEntry): void => {}
  const begun = new Promise<JournalEntry>((resolve) => {
    first = resolve
  })
  const read = async (): Promise<string[]> => {
    const entries: JournalEntry[] = []
    for await (const batch of view.entries()) {
      entries.push(...batch)
      if (entries[0]) first(entries[0])
    }
    return entries.map(({ event }) => (event.type === 'token' ? event.content : event.type))
  }
  return { begun, all: read() }
}

describe('a run in another process', () => {
  test('is cancelled from anywhere, with a true receipt', async () => {
    const [here, there] = [process(), process()]
    const mine = watch(await start(there.service, there.agent))
    there.say(token('a'))
    const seen = watch(await follow(here.service))
    await seen.begun
    expect(await here.service.cancel('r', { by: 'user', reason: 'enough' })).toEqual({ outcome: 'cancelled' })
    expect(await Promise.all([mine.all, seen.all])).toEqual([
      ['a', 'cancelled'],
      ['a', 'cancelled'],
    ])
    expect(there.contexts[0]?.signal.aborted).toBe(true)
    expect(await here.service.cancel('r', { by: 'user' })).toEqual({ outcome: 'already_finished' })
    expect(await there.service.cancel('r', { by: 'user' })).toEqual({ outcome: 'already_finished' })
  })

  test('has one tool call stopped from anywhere, with a true receipt, and goes on', async () => {
    const [here, there] = [process(), process()]
    const aborted: string[] = []
    const never = defineTool({
      name: 'never',
      description: 'Never answers.',
      parameters: z.object({}),
      execute: (_, { signal, toolCallId }) => new Promise(() => signal.addEventListener('abort', () => aborted.push(toolCallId))),
    })
    const provider = scriptedProvider([[{ tool: 'never', id: 'c1', arguments: {} }], ['Well then.']])
    await start(there.service, createHybridAgent({ name: 'puppet', provider, tools: [never] }))
    const seen: AgentEvent[] = []
    for await (const batch of (await follow(here.service)).entries()) {
      seen.push(...batch.map(({ event }) => event))
      if (!batch.some(({ event }) => event.type === 'tool_call')) continue
      expect(await here.service.cancel('r', { by: 'user' }, 'c9')).toEqual({ outcome: 'unknown_run' })
      expect(await here.service.cancel('r', { by: 'user', reason: 'slow' }, 'c1')).toEqual({ outcome: 'cancelled' })
      expect(await here.service.cancel('r', { by: 'user' }, 'c1')).toEqual({ outcome: 'already_finished' })
    }
    expect(seen.find(({ type }) => type === 'tool_error')).toMatchObject({ tool_call_id: 'c1', error: '"never" was cancelled by the user: slow' })
    expect([seen.at(-1)?.type, aborted]).toEqual(['completed', ['c1']])
  })

  test('gets the answers of people from anywhere, each question one', async () => {
    const [here, there] = [process(), process()]
    const asking: Agent = {
      ...there.agent,
      async *run(_, { approvals }) {
        const question = approvals?.ask()
        if (!question) return
        yield { type: 'approval_request', approval_id: question.id, tool_name: 'pay' }
        const { approved, reason } = await question.answer
        yield { type: 'approval_response', approval_id: question.id, approved, ...(reason ? { reason } : {}) }
        yield done
      },
    }
    await start(there.service, asking)
    const seen = watch(await follow(here.service))
    const { event } = await seen.begun
    const id = event.type === 'approval_request' ? event.approval_id : ''
    expect(await here.service.answer('r', 'made-up', { approved: true })).toBe('unknown_approval')
    expect(await here.service.answer('r', id, { approved: true, reason: 'fine' })).toBe('answered')
    expect(await seen.all).toEqual(['approval_request', 'approval_response', 'completed'])
    expect(await here.service.answer('r', id, { approved: false })).toBe('already_answered')
  })
})

describe('S19 a run whose process died', () => {
  test('goes on in the process that somebody watches it from, with what it was asked and what it had said', async () => {
    const [dead, here] = [process(), process()]
    const view = await start(dead.service, dead.agent)
    const first = watch(view)
    dead.say(token('a'))
    const { id } = await first.begun
    view.close()
    const seen = watch(await follow(here.service, id))
    time += leaseMs + 1
    here.say(token('b'), done)
    expect(await seen.all).toEqual(['b', 'completed'])
    expect(here.contexts).toEqual([
      {
        runId: 'r',
        signal: expect.any(AbortSignal),
        scopes: expect.anything(),
        parameters: { temperature: 1 },
        approvals: expect.anything(),
        past: [token('a')],
      },
    ])
    // It was only asleep: what it still says goes nowhere.
    dead.say(token('late'), done)
    expect(await first.all).toEqual(['a'])
    expect(await here.service.status('r')).toMatchObject({ status: 'completed', cursor: expect.stringMatching(/-3$/) })
  })

  test('goes on once, however many watch it from wherever', async () => {
    const [dead, one, other] = [process(), process(), process()]
    await start(dead.service, dead.agent)
    dead.say(token('a'))
    const views = await Promise.all([follow(one.service), follow(one.service), follow(other.service)])
    const seen = views.map(watch)
    await Promise.all(seen.map(({ begun }) => begun))
    time += leaseMs + 1
    one.say(token('b'), done)
    other.say(token('b'), done)
    for (const { all } of seen) expect(await all).toEqual(['a', 'b', 'completed'])
    expect(one.contexts.length + other.contexts.length).toBe(1)
  })

  test('is truncated for those who watch it when its agent cannot go on, also when nobody watched', async () => {
    const [dead, here] = [process(), process({ isResumable: false })]
    await start(dead.service, dead.agent)
    dead.say(token('a'))
    const view = await follow(here.service)
    const seen = watch(view)
    await seen.begun
    time += leaseMs + 1
    expect(await seen.all).toEqual(['a'])
    expect(await view.end()).toEqual({ outcome: 'truncated', cursor: expect.stringMatching(/-1$/), digest: expect.any(String) })
    expect((await here.service.status('r')).status).toBe('truncated')
    expect(here.contexts).toEqual([])
  })

  test('that had said its last word is ended by it, not carried on', async () => {
    const [dead, here] = [process(), process()]
    await dead.journal.open('r', '{}')
    await dead.journal.append('r', [token('a'), done])
    time += leaseMs + 1
    expect((await here.service.status('r')).status).toBe('completed')
    expect(here.contexts).toEqual([])
  })

  test('can be cancelled all the same', async () => {
    const [dead, here] = [process(), process()]
    await dead.journal.open('r', '{}')
    await dead.journal.append('r', [token('a')])
    time += leaseMs + 1
    expect(await here.service.cancel('r', { by: 'user' })).toEqual({ outcome: 'cancelled' })
    expect(await watch(await follow(here.service)).all).toEqual(['a', 'cancelled'])
  })
})

describe('S19 a run that its process has frozen, as Workers do with what nobody waits for', () => {
  const lease = 20
  /** A process in which nothing more comes of a run that it has, though it answers requests. */
  function freezing() {
    const here = process({ lease })
    const { shared } = here.journal
    let isFrozen = false
    let ofFrozen = 1
    const never = <T>(): Promise<T> => new Promise(() => {})
    const journal: Journal = {
      ...here.journal,
      append: (key, events) => (isFrozen && events[0]?.type === 'cancelled' && ofFrozen-- > 0 ? never() : here.journal.append(key, events)),
      ...(shared && { shared: { ...shared, renew: (key: string) => (isFrozen ? never<void>() : shared.renew(key)) } }),
    }
    const service = createRunService({ journal, onDisconnect: 'continue', onError: () => {}, now: () => time, findAgent: () => here.agent })
    const freeze = (): void => {
      isFrozen = true
      time += lease + 1
    }
    return { ...here, service, freeze }
  }

  test('goes on where it is asked about, in the same process as well', async () => {
    const here = freezing()
    const seen = watch(await start(here.service, here.agent))
    here.say(token('a'))
    await seen.begun
    here.freeze()
    const view = await follow(here.service)
    const held: Promise<unknown>[] = []
    const again = watch({ ...view, entries: () => view.entries((ending) => held.push(ending)) })
    await vi.waitFor(() => expect(here.contexts).toHaveLength(2))
    here.say(token('b'), done)
    for (const { all } of [seen, again]) expect(await all).toEqual(['a', 'b', 'completed'])
    expect(await view.end()).toMatchObject({ outcome: 'completed' })
    // What keeps a Worker at work is told of it.
    expect(await Promise.all(held)).toEqual([{ outcome: 'completed' }])
  })

  test('is cancelled all the same', async () => {
    const here = freezing()
    const seen = watch(await start(here.service, here.agent))
    here.say(token('a'))
    await seen.begun
    here.freeze()
    expect(await here.service.cancel('r', { by: 'user' })).toEqual({ outcome: 'cancelled' })
    expect(await seen.all).toEqual(['a', 'cancelled'])
  })

  test('that another process ended is over for those who watch it here', async () => {
    const [here, there] = [freezing(), process({ lease })]
    const view = await start(here.service, here.agent)
    const seen = watch(view)
    here.say(token('a'))
    await seen.begun
    here.freeze()
    there.say(token('b'), done)
    expect(await watch(await follow(there.service)).all).toEqual(['a', 'b', 'completed'])
    expect(await seen.all).toEqual(['a', 'b', 'completed'])
    expect(await view.end()).toMatchObject({ outcome: 'completed' })
  })
})

describe('S26 a process that ends', () => {
  test('lets its runs finish while there is time, and starts no more', async () => {
    const leaving = process()
    const seen = watch(await start(leaving.service, leaving.agent))
    const closing = leaving.service.close(10_000)
    expect((await leaving.service.start({ key: 'x', runId: 'x', agent: leaving.agent, task: { description: 'go' } })).outcome).toBe('closing')
    leaving.say(token('a'), done)
    await closing
    expect(await seen.all).toEqual(['a', 'completed'])
  })

  test('hands over what can go on elsewhere: viewers are cut, and find it working there', async () => {
    const [leaving, here] = [process(), process()]
    const view = await start(leaving.service, leaving.agent)
    const cut = watch(view)
    leaving.say(token('a'))
    const { id } = await cut.begun
    await leaving.service.close(0)
    expect(await cut.all).toEqual(['a'])
    expect(await view.end()).toBe(undefined)
    here.say(token('b'), done)
    expect(await watch(await follow(here.service, id)).all).toEqual(['b', 'completed'])
  })

  test('cancels what cannot, and says that the server did', async () => {
    const leaving = process({ isResumable: false })
    const seen = watch(await start(leaving.service, leaving.agent))
    leaving.say(token('a'))
    await seen.begun
    await leaving.service.close(0)
    expect(await seen.all).toEqual(['a', 'cancelled'])
    expect((await leaving.service.status('r')).status).toBe('cancelled')
  })
})
