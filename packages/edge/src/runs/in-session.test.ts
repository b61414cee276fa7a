import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { Agent, RunContext } from '../agents/agent.ts'
import { inSession } from './in-session.ts'
import { createMemorySessionStore, type Message, type SessionStore } from './session-store.ts'

const turn: readonly Message[] = [
  { role: 'user', text: 'Hi' },
  { role: 'assistant', text: 'Hello', toolCalls: [] },
]

/** Says what it is given, after it has stated what to remember. */
const agentOf = (events: readonly AgentEvent[]): Agent => ({
  name: 'a',
  info: { name: 'a', tools: [], supportsStreaming: true },
  async *run(_task, { session }: RunContext) {
    session?.remember(turn)
    yield* events
  },
})

async function talk(
  agent: Agent,
  { store = createMemorySessionStore(), signal = new AbortController().signal }: { store?: SessionStore; signal?: AbortSignal } = {},
) {
  const errors: unknown[] = []
  const talking = inSession(agent, { store, key: 's', onError: (error) => errors.push(error) })
  const events: AgentEvent[] = []
  for await (const event of talking.run({ description: 'Hi' }, { runId: 'r', signal })) events.push(event)
  return { events, errors, kept: await store.read('s') }
}

test('a run that completed is remembered, and the next one is told', async () => {
  const store = createMemorySessionStore()
  expect(
    (
      await talk(
        agentOf([
          { type: 'result', output: 'Hello' },
          { type: 'completed', success: true },
        ]),
        { store },
      )
    ).kept,
  ).toEqual(turn)
  let history: unknown
  const curious: Agent = {
    ...agentOf([]),
    async *run(_task, { session }) {
      history = session?.history
      yield { type: 'result', output: 'x' }
    },
  }
  await talk(curious, { store })
  expect(history).toEqual(turn)
})

test('S19 a run that was remembered, and goes on elsewhere because its end was lost, is not remembered twice', async () => {
  const store = createMemorySessionStore()
  await talk(agentOf([{ type: 'completed' }]), { store })
  expect((await talk(agentOf([{ type: 'completed' }]), { store })).kept).toEqual(turn)
})

test('it is remembered before its end is seen', async () => {
  const store = createMemorySessionStore()
  const running = inSession(agentOf([{ type: 'completed' }, { type: 'token', content: 'too late' }]), { store, key: 's', onError: () => {} })
  const events = running.run({ description: 'Hi' }, { runId: 'r', signal: new AbortController().signal })[Symbol.asyncIterator]()
  expect((await events.next()).value).toEqual({ type: 'completed' })
  expect(await store.read('s')).toEqual(turn)
  expect(await events.next()).toMatchObject({ done: true })
})

describe('a run leaves no trace', () => {
  test.each<[string, readonly AgentEvent[]]>([
    [
      'that failed',
      [
        { type: 'token', content: 'x' },
        { type: 'error', error: 'no' },
      ],
    ],
    [
      'that did not succeed',
      [
        { type: 'result', success: false },
        { type: 'completed', success: false },
      ],
    ],
    ['that was cut', [{ type: 'token', content: 'x' }]],
    ['that was cancelled', [{ type: 'cancelled', by: 'user' }]],
  ])('%s', async (_, events) => expect((await talk(agentOf(events))).kept).toEqual([]))

  test('that was aborted at its last moment', async () => {
    expect((await talk(agentOf([{ type: 'completed' }]), { signal: AbortSignal.abort() })).kept).toEqual([])
  })

  test('that throws', async () => {
    const store = createMemorySessionStore()
    const broken: Agent = {
      ...agentOf([]),
      async *run(_task, { session }) {
        session?.remember(turn)
        yield { type: 'token', content: 'x' }
        throw new TypeError('bug')
      },
    }
    await expect(talk(broken, { store })).rejects.toThrow('bug')
    expect(await store.read('s')).toEqual([])
  })
})

test('an agent that states nothing is remembered by its task and its result', async () => {
  const plain = (output: unknown) => talk(stateless(output))
  expect((await plain('Hello')).kept).toEqual(turn)
  expect((await plain({ metres: 4 })).kept[1]).toMatchObject({ text: '{"metres":4}' })
  expect((await plain(null)).kept).toEqual([])
})

test('what speaks as the person after the person is the engine, and kept as that', async () => {
  const prompted: Agent = {
    ...agentOf([]),
    async *run(_task, { session }) {
      session?.remember([...turn.slice(0, 1), { role: 'user', text: 'Step 1' }, ...turn.slice(1)])
      yield { type: 'completed', success: true }
    },
  }
  expect((await talk(prompted)).kept).toEqual([...turn.slice(0, 1), { role: 'user', text: 'Step 1', isPrompt: true }, ...turn.slice(1)])
})

const stateless = (output: unknown): Agent => ({
  ...agentOf([]),
  async *run() {
    yield { type: 'result', output: 'of a part', loop_scope: { kind: 'dawp' } }
    yield { type: 'result', output }
  },
})

test('S21 a store that cannot be read fails the run, retryably and without its words', async () => {
  const store: SessionStore = { read: () => Promise.reject(new Error('disk at /srv/secret')), append: async () => {}, forget: async () => {} }
  const failed = inSession(agentOf([{ type: 'completed' }]), { store, key: 's', onError: () => {} }).run(
    { description: 'Hi' },
    { runId: 'r', signal: new AbortController().signal },
  )
  await expect(failed[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'agent',
    retryable: true,
    message: 'What was said before could not be read',
  })
})

test('S20 a store that cannot remember is told to the server, and the run has completed all the same', async () => {
  const full = new Error('full')
  const store: SessionStore = { read: async () => [], append: () => Promise.reject(full), forget: async () => {} }
  expect(await talk(agentOf([{ type: 'completed' }]), { store })).toMatchObject({ events: [{ type: 'completed' }], errors: [full] })
})
