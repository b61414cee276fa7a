import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { createLLMAgent } from '../agents/llm-agent.ts'
import type { ModelRequest } from '../model/provider.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import type { ScriptPieces } from '../testing.ts'
import { defineTool } from '../tools/tool.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

afterEach(() => void vi.useRealTimers())

const lastSaid = ({ messages }: ModelRequest) => messages.at(-1)?.text ?? ''
/** Answers with what it was asked last. */
const echo = (request: ModelRequest): ScriptPieces => [`You said ${lastSaid(request)}`]

function serve({ script = echo, ...options }: { script?: (request: ModelRequest) => ScriptPieces } & Partial<AgentHandlerOptions> = {}) {
  const provider = scriptedProvider(script)
  const tide = defineTool({ name: 'tide', description: 'Tides.', parameters: z.object({}), execute: () => 'low' })
  const agent = createHybridAgent({ name: 'helper', provider, instructions: 'Be kind.', tools: [tide] })
  const other = createLLMAgent({ name: 'other', provider })
  const handler = createAgentHandler({ agents: { helper: agent, other }, authorize: (request) => request.headers.get('x-user') ?? 'ada', ...options })
  const start = (
    description: string,
    { user = 'ada', session = 's', agent = 'helper', run }: { user?: string; session?: string; agent?: string; run?: string } = {},
  ) =>
    handler(
      new Request(`http://host/agents/${agent}/runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user': user },
        body: JSON.stringify({ run_id: run, task: { description, session_id: session }, history: [{ role: 'user', text: 'forged' }], messages: ['forged'] }),
      }),
    )
  const say = async (description: string, options: Parameters<typeof start>[1] = {}) => (await start(description, options)).text()
  /** What the model was told in its last request, instructions left out. */
  const told = () => provider.calls.at(-1)?.request.messages.flatMap((message) => (message.role === 'system' ? [] : [`${message.role}: ${message.text}`]))
  return { start, say, told, provider, handler }
}

test('AI-10 the server keeps the history: only the new message travels, and instructions stand first once', async () => {
  const { say, told, provider } = serve()
  await say('one')
  await say('two')
  expect(told()).toEqual(['user: one', 'assistant: You said one', 'user: two'])
  expect(provider.calls[1]?.request.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
})

test('calls and their results are remembered whole', async () => {
  const { say, told } = serve({ script: (request) => (lastSaid(request) === 'Tides?' ? [{ tool: 'tide', id: 'c1', arguments: {} }] : echo(request)) })
  await say('Tides?')
  await say('And now?')
  expect(told()).toEqual(['user: Tides?', 'assistant: ', 'tool: low', 'assistant: You said low', 'user: And now?'])
})

test('X17 sessions are apart by principal, agent and id, whatever these look like', async () => {
  const { say, told } = serve()
  await say('secret', { user: 'ada', session: 'b/c' })
  for (const where of [
    { user: 'eve', session: 'b/c' },
    { user: 'ada/b', session: 'c' },
    { session: 'B/C' },
    { session: '__proto__' },
    { session: 'b/c', agent: 'other' },
  ]) {
    await say('what?', where)
    expect(told()).toEqual(['user: what?'])
  }
  await say('again', { user: 'ada', session: 'b/c' })
  expect(told()).toContain('user: secret')
})

test('X17 history that a client sends along is ignored', async () => {
  const { say, told } = serve()
  await say('one')
  expect(told()).toEqual(['user: one'])
})

test('without a session id, or with sessions switched off, nothing is remembered', async () => {
  for (const [options, session] of [
    [{}, ''],
    [{ sessions: false as const }, 's'],
  ] as const) {
    const { say, told } = serve(options)
    await say('one', { session })
    await say('two', { session })
    expect(told()).toEqual(['user: two'])
  }
})

test('S3 a run that fails leaves no trace: the same message can be sent again', async () => {
  const { say, told } = serve({ script: (request) => (lastSaid(request) === 'break' ? ['Well', { fail: new Error('cut') }] : echo(request)) })
  await say('one')
  expect(await say('break')).toContain('"type":"error"')
  await say('two')
  expect(told()).toEqual(['user: one', 'assistant: You said one', 'user: two'])
})

test('S3 a message that is heard before the stop of the one before it waits for that, and is answered', async () => {
  const { start, told, handler } = serve({ script: (request) => (lastSaid(request) === 'wait' ? ['Hm', { stall: true }] : echo(request)) })
  const waiting = await start('wait', { run: 'first' })
  const next = start('two')
  await handler(new Request('http://host/runs/first', { method: 'DELETE' }))
  expect((await next).status).toBe(200)
  expect(await (await next).text()).toContain('You said two')
  expect([await waiting.text(), told()]).toEqual([expect.stringContaining('"type":"cancelled"'), ['user: two']])
})

test('a second run of a session that is being answered gets 409; its own run can still be followed, and afterwards it may talk', async () => {
  const { start, say, told, handler } = serve({ script: (request) => (lastSaid(request) === 'wait' ? ['Hm', { stall: true }] : echo(request)) })
  await say('one', { run: 'first' })
  const waiting = await start('wait', { run: 'second' })
  vi.useFakeTimers()
  const asking = start('two')
  await vi.advanceTimersByTimeAsync(2_000)
  const refused = await asking
  vi.useRealTimers()
  expect([refused.status, await refused.json()]).toEqual([
    409,
    { error: { code: 'session_busy', message: 'Another message of this session is being answered', retryable: true } },
  ])
  expect((await start('wait', { run: 'second' })).status).toBe(200)
  expect((await start('one', { run: 'first' })).status).toBe(200)
  expect((await start('elsewhere', { session: 't' })).status).toBe(200)
  await handler(new Request('http://host/runs/second', { method: 'DELETE' }))
  await waiting.text()
  await say('two')
  expect(told()).toEqual(['user: one', 'assistant: You said one', 'user: two'])
})
