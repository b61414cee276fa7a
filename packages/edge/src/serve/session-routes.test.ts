import { expect, test } from 'vitest'
import * as z from 'zod'
import { documentOf } from '../../test/dawp-play.ts'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { createLLMAgent } from '../agents/llm-agent.ts'
import { dawp } from '../dawp/dawp-plugin.ts'
import type { ModelRequest } from '../model/provider.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { createMemorySessionStore, type Message } from '../runs/session-store.ts'
import type { ScriptPieces } from '../testing.ts'
import { defineTool } from '../tools/tool.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

const lastSaid = ({ messages }: ModelRequest) => messages.at(-1)?.text ?? ''
const reply = (request: ModelRequest): ScriptPieces => {
  if (lastSaid(request) === 'wait') return ['Hm', { stall: true }]
  return lastSaid(request) === 'Tides?' ? [{ tool: 'tide', id: 'c1', arguments: { port: 'Brest' } }] : [`You said ${lastSaid(request)}`]
}

function serve(options: Partial<AgentHandlerOptions> = {}) {
  const provider = scriptedProvider(reply)
  const tide = defineTool({ name: 'tide', description: 'Tides.', parameters: z.object({ port: z.string() }), execute: () => 'low' })
  const helper = createHybridAgent({ name: 'helper', provider, instructions: 'Be kind.', tools: [tide] })
  const handler = createAgentHandler({
    agents: { helper, other: createLLMAgent({ name: 'other', provider }) },
    authorize: (request) => request.headers.get('x-user') ?? 'ann',
    ...options,
  })
  const call = (method: string, path: string, { user = 'ann', body }: { user?: string; body?: object } = {}) =>
    handler(
      new Request(`http://host${path}`, {
        method,
        headers: { 'x-user': user, ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body ? JSON.stringify(body) : null,
      }),
    )
  const start = (description: string, { session = 's', agent = 'helper', user = 'ann', ...more }: Record<string, string> = {}) =>
    call('POST', `/agents/${agent}/runs`, { user, body: { ...more, task: { description, session_id: session } } })
  const say = async (...said: Parameters<typeof start>) => (await start(...said)).text()
  const read = async (path = '/agents/helper/sessions/s', user = 'ann') => (await call('GET', path, { user })).json()
  return { call, start, say, read }
}

const nothing = { session_id: 's', messages: [] }
const hello = [
  { role: 'user', text: 'hello' },
  { role: 'assistant', text: 'You said hello', tool_calls: [] },
]

test('what was said is told oldest first, with calls and what came of them, and without instructions', async () => {
  const { say, call, read } = serve()
  await say('hello')
  await say('Tides?')
  const response = await call('GET', '/agents/helper/sessions/s')
  expect([response.status, response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
    200,
    'application/json; charset=utf-8',
    'no-store',
  ])
  expect(await response.json()).toEqual({
    session_id: 's',
    messages: [
      ...hello,
      { role: 'user', text: 'Tides?' },
      { role: 'assistant', text: '', tool_calls: [{ tool_call_id: 'c1', tool_name: 'tide', arguments: '{"port":"Brest"}', result: 'low' }] },
      { role: 'assistant', text: 'You said low', tool_calls: [] },
    ],
  })
  expect(await read('/agents/default/sessions/s'), 'by the name that means the same agent').toEqual(await read())
  expect((await call('HEAD', '/agents/helper/sessions/s')).status).toBe(200)
})

test('what a provider keeps with a message, instructions and prompts of the engine are not told', async () => {
  const sessions = createMemorySessionStore()
  const kept: readonly Message[] = [
    { role: 'system', text: 'secret' },
    { role: 'user', text: 'Look', images: ['https://host/a.png'] },
    { role: 'assistant', text: '', toolCalls: [{ id: 'c', name: 'look', arguments: '{' }], providerData: { scripted: { signature: 'secret' } } },
    { role: 'user', text: 'secret prompt', isPrompt: true },
    { role: 'assistant', text: '', toolCalls: [], providerData: { scripted: 'secret' } },
    { role: 'assistant', text: 'Seen', toolCalls: [{ id: 'c', name: 'look', arguments: '{}' }] },
    { role: 'tool', toolCallId: 'c', toolName: 'look', text: 'a cat' },
  ]
  await sessions.append(JSON.stringify(['ann/', 'helper', 's']), kept)
  const { read } = serve({ sessions })
  expect(await read()).toEqual({
    session_id: 's',
    messages: [
      { role: 'user', text: 'Look', images: ['https://host/a.png'] },
      { role: 'assistant', text: '', tool_calls: [{ tool_call_id: 'c', tool_name: 'look', arguments: '{' }] },
      { role: 'assistant', text: 'Seen', tool_calls: [{ tool_call_id: 'c', tool_name: 'look', arguments: '{}', result: 'a cat' }] },
    ],
  })
})

test('the prompts of a DAWP document are not told: they are instructions', async () => {
  const document = documentOf({ steps: ['only'] })
  const provider = scriptedProvider([['Checked.\n<ALL_OK>'], ['Done.']])
  const agent = createHybridAgent({ name: 'helper', provider, plugins: [dawp({ document })] })
  const { say, read } = serve({ agents: { helper: agent } })
  await say('go')
  expect(provider.calls.some(({ request }) => JSON.stringify(request).includes('Shared rule.'))).toBe(true)
  const { messages } = await read()
  expect(messages.filter(({ role }: { role: string }) => role === 'user')).toEqual([{ role: 'user', text: 'go' }])
  expect(messages.at(-1)).toEqual({ role: 'assistant', text: 'Done.', tool_calls: [] })
  expect(JSON.stringify(messages)).not.toContain('Shared rule.')
})

test("X17 another's conversation is as empty as one that never was, and cannot be forgotten by others", async () => {
  const { say, read, call } = serve()
  await say('hello', { session: 'b/c' })
  const path = '/agents/helper/sessions/b%2Fc'
  expect(await read(path)).toEqual({ session_id: 'b/c', messages: hello })
  for (const [where, user] of [
    [path, 'eve'],
    ['/agents/helper/sessions/c', 'ann/b'],
    ['/agents/other/sessions/b%2Fc', 'ann'],
    ['/agents/helper/sessions/B%2FC', 'ann'],
    ['/agents/helper/sessions/__proto__', 'ann'],
    [`/agents/helper/sessions/${'x'.repeat(300)}`, 'ann'],
  ] as const) {
    expect(await read(where, user), where).toMatchObject({ messages: [] })
    expect((await call('DELETE', where, { user })).status).toBe(204)
  }
  expect(await read(path)).toEqual({ session_id: 'b/c', messages: hello })
})

test('an agent that is not there, and a page of another site, are refused as everywhere', async () => {
  const { call } = serve()
  for (const method of ['GET', 'DELETE']) expect((await call(method, '/agents/nobody/sessions/s')).status).toBe(404)
  const handler = createAgentHandler({ agents: { helper: createLLMAgent({ name: 'helper', provider: scriptedProvider(reply) }) } })
  const foreign = new Request('http://host/agents/helper/sessions/s', { headers: { 'sec-fetch-site': 'cross-site' } })
  expect((await handler(foreign)).status).toBe(403)
})

test('a page that may come from elsewhere is let in, to forget as well', async () => {
  const { call } = serve()
  const handler = createAgentHandler({
    agents: { helper: createLLMAgent({ name: 'helper', provider: scriptedProvider(reply) }) },
    cors: { origins: ['https://app.example'] },
  })
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'DELETE' }
  const preflight = await handler(new Request('http://host/agents/helper/sessions/s', { method: 'OPTIONS', headers }))
  expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE')
  expect((await call('DELETE', '/agents/helper/sessions/s')).status).toBe(204)
})

test('what is forgotten is gone for readers and for the model, and forgetting nothing is no error', async () => {
  const { say, read, call } = serve()
  await say('hello')
  const forgotten = await call('DELETE', '/agents/helper/sessions/s')
  expect([forgotten.status, await forgotten.text()]).toEqual([204, ''])
  expect(await read()).toEqual(nothing)
  expect((await call('DELETE', '/agents/helper/sessions/s')).status).toBe(204)
})

test('a run that is under way is told with its question, and its conversation is not forgotten until it is over', async () => {
  const { say, start, read, call } = serve()
  await say('hello')
  const waiting = await start('wait', { run_id: 'second' })
  expect(await read()).toEqual({ session_id: 's', messages: hello, live_run: { run_id: 'second', description: 'wait' } })
  expect(await read('/agents/helper/sessions/s', 'eve')).toEqual(nothing)
  const refused = await call('DELETE', '/agents/helper/sessions/s')
  expect([refused.status, refused.headers.get('retry-after'), (await refused.json()).error.code]).toEqual([409, '5', 'session_busy'])
  await call('DELETE', '/runs/second')
  await waiting.text()
  expect(await read()).toEqual({ session_id: 's', messages: hello })
  expect((await call('DELETE', '/agents/helper/sessions/s')).status).toBe(204)
  expect(await read()).toEqual(nothing)
})

test('conversations of other clients are read and forgotten under the names these gave them', async () => {
  const { call, read } = serve()
  const agUi = { threadId: 't 1', runId: 'r', state: {}, messages: [{ id: 'u', role: 'user', content: 'hello' }], tools: [], context: [], forwardedProps: {} }
  await (await call('POST', '/agents/helper/ag-ui', { body: agUi })).text()
  const chat = { id: 'c', messages: [{ id: 'u', role: 'user', parts: [{ type: 'text', text: 'hello' }] }] }
  await (await call('POST', '/agents/helper/ui-message-stream', { body: chat })).text()
  for (const [path, session_id] of [
    ['/agents/helper/sessions/t%201', 't 1'],
    ['/agents/helper/sessions/c', 'c'],
  ] as const) {
    expect(await read(path)).toEqual({ session_id, messages: hello })
    expect(await read(path, 'eve')).toEqual({ session_id, messages: [] })
    expect((await call('DELETE', path)).status).toBe(204)
    expect(await read(path)).toEqual({ session_id, messages: [] })
  }
})

test('a server without conversations has none to tell', async () => {
  const { say, read, call } = serve({ sessions: false })
  await say('hello')
  expect(await read()).toEqual(nothing)
  expect((await call('DELETE', '/agents/helper/sessions/s')).status).toBe(204)
})
