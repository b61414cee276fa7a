import { expect, test } from 'vitest'
import { gate } from '../../test/workflow-play.ts'
import type { Agent } from '../agents/agent.ts'
import { createConversations } from './conversations.ts'
import { createMemorySessionStore, type SessionStore } from './session-store.ts'

const answering = { key: 'r', description: 'Tides?' }
const asked = { role: 'user', text: 'Tides?' } as const
const answered = { role: 'assistant', text: 'Low.', toolCalls: [] } as const

/** Answers, and is remembered when `goOn` resolves. */
const agentOf = (goOn: Promise<void>): Agent => ({
  name: 'a',
  info: { name: 'a', tools: [], supportsStreaming: true },
  async *run(_task, { session }) {
    await goOn
    session?.remember([asked, answered])
    yield { type: 'completed', success: true }
  },
})

function open(around: (store: SessionStore) => Partial<SessionStore> = () => ({})) {
  const memory = createMemorySessionStore()
  const errors: unknown[] = []
  const conversations = createConversations({ ...memory, ...around(memory) }, (error) => errors.push(error))
  const begin = () => {
    const going = gate()
    conversations.begin('s', answering)
    const events = conversations.join('s', 'r', agentOf(going.opened)).run({ description: 'Tides?' }, { runId: 'r', signal: new AbortController().signal })
    return { goOn: going.open, event: events[Symbol.asyncIterator]().next() }
  }
  return { conversations, errors, begin }
}

test('a turn is under way, then said: at no moment both, and at none neither', async () => {
  const { conversations, begin } = open()
  const { goOn, event } = begin()
  expect(await conversations.read('s')).toEqual({ messages: [], answering })
  goOn()
  // Its end was seen and the run is still tidying up.
  expect((await event).done).toBe(false)
  expect(await conversations.read('s')).toEqual({ messages: [asked, answered] })
  conversations.end('s', 'r')
  expect(await conversations.read('s')).toEqual({ messages: [asked, answered] })
})

test('who reads while a turn is put away waits until it is', async () => {
  const stored = gate()
  const { conversations, begin } = open((memory) => ({ append: (key, turn) => memory.append(key, turn).then(() => stored.opened) }))
  const { goOn, event } = begin()
  const early = conversations.read('s')
  goOn()
  expect(await early).toEqual({ messages: [], answering })
  // By now it is being put away.
  const late = conversations.read('s')
  stored.open()
  await event
  expect(await late).toEqual({ messages: [asked, answered] })
})

test('what was read before a turn was put away is read again', async () => {
  const [isRead, canAnswer] = [gate(), gate()]
  let reads = 0
  const { conversations, begin } = open((memory) => ({
    async read(key) {
      const messages = await memory.read(key)
      reads += 1
      isRead.open()
      if (reads === 1) await canAnswer.opened
      return messages
    },
  }))
  conversations.begin('s', answering)
  const said = conversations.read('s')
  await isRead.opened
  const { goOn, event } = begin()
  goOn()
  await event
  canAnswer.open()
  expect(await said).toEqual({ messages: [asked, answered] })
})

test('a turn that cannot be put away is told to the server, and reading goes on without it', async () => {
  const full = new Error('full')
  const { conversations, begin, errors } = open(() => ({ append: () => Promise.reject(full) }))
  const { goOn, event } = begin()
  goOn()
  await event
  expect(await conversations.read('s')).toEqual({ messages: [] })
  expect(errors).toEqual([full])
})

test('what is being answered is not forgotten, and what is being forgotten is not answered', async () => {
  const gone = gate()
  const { conversations, begin } = open((memory) => ({ forget: (key) => gone.opened.then(() => memory.forget(key)) }))
  const { goOn, event } = begin()
  expect(await conversations.forget('s')).toBe('session_busy')
  goOn()
  await event
  conversations.end('s', 'r')
  const forgetting = conversations.forget('s')
  expect(conversations.isBusy('s')).toBe(true)
  const read = conversations.read('s')
  gone.open()
  expect(await forgetting).toBe('forgotten')
  expect(await read).toEqual({ messages: [] })
  expect(conversations.isBusy('s')).toBe(false)
})

test('a store that cannot forget says so, and the conversation goes on', async () => {
  const { conversations } = open(() => ({ forget: () => Promise.reject(new Error('locked')) }))
  await expect(conversations.forget('s')).rejects.toThrow('locked')
  expect(conversations.isBusy('s')).toBe(false)
})

test('a second run of a conversation neither takes it over nor ends it', async () => {
  const { conversations } = open()
  conversations.begin('s', answering)
  conversations.begin('s', { key: 'other', description: 'x' })
  conversations.end('s', 'other')
  expect(await conversations.read('s')).toEqual({ messages: [], answering })
})
