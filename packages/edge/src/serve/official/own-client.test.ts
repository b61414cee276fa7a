/** Our own client in everybody's words, against our own server: both ends of every protocol meet over real HTTP. */
import { createAgentClient, immediately, selectText, selectToolCalls } from '@agentstream/client'
import { a2a, a2aV1, agenticraft, agenticraftText, agentorChat, agUi, type Protocol, uiMessageStream } from '@agentstream/client/wire'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { listen } from '../../../test/real-server.ts'

let server: Awaited<ReturnType<typeof listen>>
beforeEach(async () => {
  server = await listen()
})
afterEach(() => server.close())

interface Address {
  readonly protocol: Protocol
  readonly path: string
  /** What its tool cards say; absent where the protocol has no tools. */
  readonly tools: readonly string[]
}
const both = ['tide', 'chart']
const addresses: readonly Address[] = [
  { protocol: agUi, path: '/ag-ui', tools: both },
  { protocol: uiMessageStream, path: '/ui-message-stream', tools: both },
  { protocol: a2a, path: '/a2a', tools: both },
  { protocol: a2aV1, path: '/agents/pilot/a2a', tools: both },
  { protocol: agentorChat, path: '', tools: both },
  { protocol: agenticraftText, path: '/agents/pilot', tools: [] },
]

describe.each(addresses)('$protocol.name', ({ protocol, path, tools }) => {
  const ask = (description: string) =>
    createAgentClient({ url: `${server.url}${path}`, protocol, retry: false }).run({ description, sessionId: 'harbour' }, { schedule: immediately })

  test('an answer with tools is whole', async () => {
    const run = ask('Tell me of tides')
    await run.result()
    const state = run.getSnapshot()
    expect([state.status, selectText(state)]).toEqual(['completed', expect.stringContaining('High water at six.')])
    expect(selectToolCalls(state).map(({ toolName }) => toolName)).toEqual(tools)
  })

  test('a failure is one', async () => {
    const { status, state } = await ask('break').result()
    expect([status, state.failure?.message]).toEqual(['failed', 'The gauge is dry'])
  })

  test('cancelling stops the model', async () => {
    const run = ask('wait')
    await vi.waitFor(() => expect(selectText(run.getSnapshot())).toBe('High '))
    await run.cancel()
    await vi.waitFor(() => expect(server.provider.calls.map(({ aborted }) => aborted)).toEqual([true]))
    expect(run.getSnapshot().status).toBe('cancelled')
  })
})

test.each([a2a, a2aV1])('a question ends the turn of an A2A task, and says so ($name)', async (protocol) => {
  const events = []
  for await (const event of createAgentClient({ url: `${server.url}/a2a`, protocol, retry: false }).stream('pay')) events.push(event)
  expect(events.slice(-3)).toMatchObject([
    { type: 'approval_request', tool_name: 'pay' },
    { type: 'result', stop_reason: 'input-required' },
    { type: 'completed', success: true },
  ])
})

test('JSON chunks of AgentiCraft are there for the asking', async () => {
  const answer = await fetch(`${server.url}/stream?prompt=tides&protocol=agenticraft`, { method: 'POST' })
  const run = createAgentClient({ url: server.url, protocol: agenticraft, retry: false, fetch: async () => answer }).run('tides', { schedule: immediately })
  await run.result()
  expect(selectText(run.getSnapshot())).toContain('High water at six.')
})
