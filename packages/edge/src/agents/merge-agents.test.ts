import type { AgentEvent } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { ProviderError } from '../errors.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import type { Agent, RunContext } from './agent.ts'
import { createLLMAgent } from './llm-agent.ts'
import { mergeAgents, type NamedEvent } from './merge-agents.ts'

const agentOf = (run: Agent['run']): Agent => ({ name: 'any', info: { name: 'any', tools: [], supportsStreaming: true }, run })
const token = (content: string): AgentEvent => ({ type: 'token', content })
const saying = (...words: string[]): Agent =>
  agentOf(async function* () {
    for (const word of words) yield token(word)
    yield { type: 'completed', success: true }
  })
/** Says one word, then nothing, and does not listen. */
const deaf = (seen: { context?: RunContext; returned?: boolean } = {}): Agent =>
  agentOf(async function* (_, context) {
    seen.context = context
    yield token('…')
    await new Promise(() => {})
  })
const task = { description: 'go' }
const context = (more: Partial<RunContext> = {}): RunContext => ({ runId: 'r', signal: new AbortController().signal, ...more })
const short = ({ agent, event }: NamedEvent) => `${agent} ${event.type === 'token' ? event.content : event.type}`

async function all(events: AsyncIterable<NamedEvent>): Promise<string[]> {
  const seen: string[] = []
  for await (const event of events) seen.push(short(event))
  return seen
}

test('AG-14 events come under the names of their agents, and none waits for another to end', async () => {
  const seen = await all(mergeAgents({ agents: { a: saying('1', '2', '3'), b: saying('x', 'y') }, task, context: context() }))
  expect(seen.filter((line) => line.startsWith('a'))).toEqual(['a 1', 'a 2', 'a 3', 'a completed'])
  expect(seen.filter((line) => line.startsWith('b'))).toEqual(['b x', 'b y', 'b completed'])
  expect(seen.slice(0, 4).sort()).toEqual(['a 1', 'a 2', 'b x', 'b y'])
})

test('AG-14 an agent that throws fails under its own name, without its words, and the others go on', async () => {
  const errors: unknown[] = []
  const broken = agentOf(() => {
    throw new TypeError('password is x')
  })
  const late = agentOf(async function* () {
    yield token('so')
    throw new ProviderError('p', 'https://secret', { retryable: true })
  })
  const agents = { broken, late, fine: saying('1', '2') }
  const events: NamedEvent[] = []
  for await (const event of mergeAgents({ agents, task, context: context(), onError: (error) => errors.push(error) })) events.push(event)
  const of = (name: string) => events.filter(({ agent }) => agent === name).map(({ event }) => event)
  expect(of('broken')).toEqual([{ type: 'error', error: 'The agent failed', code: 'agent', retryable: false }])
  expect(of('late')).toEqual([token('so'), { type: 'error', error: 'The agent failed', code: 'provider', retryable: true }])
  expect(of('fine')).toHaveLength(3)
  expect(errors).toHaveLength(2)
})

test('S13 an abort ends all of them at once, also those that do not listen', async () => {
  const run = new AbortController()
  const seen: { context?: RunContext } = {}
  const merged = mergeAgents({ agents: { deaf: deaf(seen), fine: saying('1') }, task, context: context({ signal: run.signal }) })
  const going = all(merged)
  await Promise.resolve()
  run.abort()
  expect((await going).filter((line) => line.endsWith('error'))).toEqual([])
  expect(seen.context?.signal.aborted).toBe(true)
})

test('leaving early stops all of them', async () => {
  const seen: { context?: RunContext } = {}
  for await (const _ of mergeAgents({ agents: { fine: saying('1'), deaf: deaf(seen) }, task, context: context() })) break
  expect(seen.context?.signal.aborted).toBe(true)
})

test('a conversation is left out, for they would write over each other', async () => {
  const seen: { context?: RunContext } = {}
  const session = { history: [{ role: 'user' as const, text: 'before' }], remember: () => {} }
  for await (const _ of mergeAgents({ agents: { deaf: deaf(seen) }, task, context: context({ session }) })) break
  expect(seen.context).not.toHaveProperty('session')
})

test('one agent object under several names, and no agent at all', async () => {
  const agent = createLLMAgent({ name: 'llm', provider: scriptedProvider(() => ['hi']), now: () => 0 })
  expect((await all(mergeAgents({ agents: { one: agent, two: agent }, task, context: context() }))).sort()).toEqual([
    ...['one hi', 'one result', 'one status', 'two hi', 'two result', 'two status'],
  ])
  expect(await all(mergeAgents({ agents: {}, task, context: context() }))).toEqual([])
})
