import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { done, follow, sharedFile, start, watch } from '../../test/processes.ts'
import { token } from '../../test/puppet.ts'
import type { Agent } from '../agents/agent.ts'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool } from '../tools/tool.ts'
import type { RunService } from './run-service.ts'
import { createMemorySessionStore } from './session-store.ts'

const leaseMs = 60_000
const { process, passTime } = sharedFile()

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
    passTime(leaseMs + 1)
    here.say(token('b'), done)
    expect(await seen.all).toEqual(['b', 'completed'])
    expect(here.contexts).toEqual([
      {
        runId: 'r',
        signal: expect.any(AbortSignal),
        scopes: expect.anything(),
        parameters: { temperature: 1 },
        approvals: expect.anything(),
        onError: expect.any(Function),
        past: [token('a')],
      },
    ])
    // It was only asleep: what it still says goes nowhere.
    dead.say(token('late'), done)
    expect(await first.all).toEqual(['a'])
    expect(await here.service.status('r')).toMatchObject({ status: 'completed', cursor: expect.stringMatching(/-3$/) })
  })

  test('goes on in its conversation: no other message of it is answered meanwhile, and its turn is remembered', async () => {
    const sessions = createMemorySessionStore()
    const [dead, here] = [process({ sessions }), process({ sessions })]
    const say = (service: RunService, key: string) =>
      service.start({ key, runId: key, agent: here.agent, task: { description: key }, sessionKey: 's' }).then(({ outcome }) => outcome)
    await dead.service.start({ key: 'r', runId: 'r', agent: dead.agent, task: { description: 'go' }, sessionKey: 's' })
    dead.say(token('a'))
    const seen = watch(await follow(here.service))
    await seen.begun
    passTime(leaseMs + 1)
    here.say(token('b'))
    await vi.waitUntil(() => here.contexts.length === 1)
    expect(await say(here.service, 'second')).toBe('session_busy')
    here.say({ type: 'result', output: 'ab' }, done)
    await seen.all
    expect(await sessions.read('s')).toMatchObject([{ text: 'go' }, { text: 'ab' }])
    expect(await say(here.service, 'second')).toBe('started')
  })

  test('goes on once, however many watch it from wherever', async () => {
    const [dead, one, other] = [process(), process(), process()]
    await start(dead.service, dead.agent)
    dead.say(token('a'))
    const views = await Promise.all([follow(one.service), follow(one.service), follow(other.service)])
    const seen = views.map(watch)
    await Promise.all(seen.map(({ begun }) => begun))
    passTime(leaseMs + 1)
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
    passTime(leaseMs + 1)
    expect(await seen.all).toEqual(['a'])
    expect(await view.end()).toEqual({ outcome: 'truncated', cursor: expect.stringMatching(/-1$/), digest: expect.any(String) })
    expect((await here.service.status('r')).status).toBe('truncated')
    expect(here.contexts).toEqual([])
  })

  test('that had said its last word is ended by it, not carried on', async () => {
    const [dead, here] = [process(), process()]
    await dead.journal.open('r', '{}')
    await dead.journal.append('r', [token('a'), done])
    passTime(leaseMs + 1)
    expect((await here.service.status('r')).status).toBe('completed')
    expect(here.contexts).toEqual([])
  })

  test('can be cancelled all the same', async () => {
    const [dead, here] = [process(), process()]
    await dead.journal.open('r', '{}')
    await dead.journal.append('r', [token('a')])
    passTime(leaseMs + 1)
    expect(await here.service.cancel('r', { by: 'user' })).toEqual({ outcome: 'cancelled' })
    expect(await watch(await follow(here.service)).all).toEqual(['a', 'cancelled'])
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
