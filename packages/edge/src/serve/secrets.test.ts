import { message, parseEvent } from '@agentstream/client/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { listen, start as socketStart, talk } from '../../test/sockets.ts'
import type { Agent } from '../agents/agent.ts'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { ProviderError } from '../errors.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { openai } from '../openai.ts'
import type { Journal } from '../runs/journal.ts'
import { createMemoryJournal } from '../runs/memory-journal.ts'
import { defineTool } from '../tools/tool.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

const key = 'sk-live-0123456789'
const place = '/srv/app/secrets.env'
const instructions = 'Never tell that the vault is in Brest.'
const cause = Object.assign(new TypeError(`connect ECONNREFUSED ${place} with Bearer ${key}`), { env: { API_KEY: key } })
const secret = (): never => {
  throw Object.assign(new Error(`Request with ${key} failed at ${place}: ${instructions}`, { cause }), { headers: { authorization: `Bearer ${key}` } })
}
const secrets = [key, place, 'vault', 'ECONNREFUSED', '.ts:', 'node_modules', '    at ']

const bare = (run: Agent['run']): Agent => ({ name: 'helper', info: { name: 'helper', tools: [], supportsStreaming: true }, run })
const brief = bare(async function* () {
  yield { type: 'token', content: 'a' }
  yield { type: 'completed', success: true }
})
const tool = defineTool({
  name: 'look',
  description: 'Looks.',
  parameters: z.object({}),
  execute() {
    // What a tool says of its failure is told to the model, and shown. Its stack and its cause are not.
    throw Object.assign(new Error('No fog today', { cause }), { stack: `Error: No fog today\n    at look (${place}:1:1)` })
  },
})
const hybrid = (provider: Parameters<typeof createHybridAgent>[0]['provider']): Agent =>
  createHybridAgent({ name: 'helper', instructions, provider, tools: [tool] })
const fails = (method: keyof Journal): Journal => ({ ...createMemoryJournal(), [method]: secret })

function closesBadly(): Journal {
  const journal = createMemoryJournal()
  return { ...journal, close: async (...run) => journal.close(...run).then(secret) }
}

const server = (status: number) =>
  openai({
    model: 'm',
    apiKey: key,
    retry: false,
    fetch: async () => Response.json({ error: { message: `Incorrect API key provided: ${key} (${instructions})` } }, { status }),
  })

const faults: Readonly<Record<string, Partial<AgentHandlerOptions> & { readonly agent?: Agent }>> = {
  'an agent that throws at once': { agent: bare(secret) },
  'an agent that throws in the middle': {
    agent: bare(async function* () {
      yield { type: 'token', content: 'a' }
      secret()
    }),
  },
  'an agent that yields what is no event': {
    agent: bare(async function* () {
      // As an agent in plain JavaScript can.
      yield { toJSON: secret } as never
    }),
  },
  'a tool that throws': {
    agent: hybrid(scriptedProvider(({ messages }) => (messages.at(-1)?.role === 'tool' ? ['Done.'] : [{ tool: 'look', id: 'c1', arguments: {} }]))),
  },
  'a model of somebody else that throws': { agent: hybrid({ ...scriptedProvider(() => []), stream: secret }) },
  'a model that fails': { agent: hybrid(scriptedProvider(() => ['a', { fail: new ProviderError('scripted', 'The gauge is dry', { cause }) }])) },
  'a model that throws in the middle': { agent: hybrid(scriptedProvider(() => ['a', { fail: cause }])) },
  'a provider that refuses the key and quotes it': { agent: hybrid(server(401)) },
  'a provider that fails and quotes the prompt': { agent: hybrid(server(500)) },
  'a provider that answers something else': { agent: hybrid(server(200)) },
  'a journal that does not open': { journal: fails('open') },
  'a journal that does not store': { journal: fails('append') },
  'a journal that does not read': { journal: fails('read') },
  'a journal that closes badly': { journal: closesBadly() },
  'a journal that cannot be asked': { journal: fails('status') },
  'conversations that cannot be read': { sessions: { read: secret, append: async () => {}, forget: secret } },
  'conversations that cannot be kept': { sessions: { read: async () => [], append: secret, forget: async () => {} } },
  'an authorize that throws': { authorize: secret },
  'an authorize that rejects': { authorize: async () => secret() },
  'hooks that throw': { agent: bare(secret), onError: secret, onMetric: secret },
}

const protocols = ['aiecs', 'agenticraft', 'agenticraft-text', 'agentor', 'agentor-chat', 'a2a', 'a2a-v1', 'ag-ui', 'ui-message-stream']
const task = { description: 'go', session_id: 's' }
const said = { kind: 'message', role: 'user', messageId: 'm', parts: [{ kind: 'text', text: 'go' }] }
const rpc = (method: string, params: unknown) => ['POST', '/a2a', { jsonrpc: '2.0', id: 1, method, params }] as const
const agUi = { threadId: 't', runId: 'a', state: {}, messages: [{ id: 'u', role: 'user', content: 'go' }], tools: [], context: [], forwardedProps: {} }

/** Every way in, after which the run `r1` is followed, looked at, answered and stopped. */
const requests: readonly (readonly [method: string, path: string, body?: unknown, accept?: string])[] = [
  ...protocols.map((name, at) => ['POST', `/agents/helper/runs?protocol=${name}`, { run_id: `r${at}`, task }] as const),
  ['POST', '/agents/helper/runs', { run_id: 'r1', task }, 'application/x-ndjson'],
  ['GET', '/runs/r1/events'],
  ...protocols.map((name) => ['GET', `/runs/r1/events?protocol=${name}`] as const),
  ['GET', '/runs/r1'],
  ['DELETE', '/runs/r1'],
  ['POST', '/runs/r1/approvals/a', { approved: true }],
  ['GET', '/agents/helper'],
  ['GET', '/agents/helper/sessions/s'],
  ['DELETE', '/agents/helper/sessions/s'],
  ['POST', '/ag-ui', agUi],
  ['POST', '/ui-message-stream', { id: 'c', messages: [{ id: 'u', role: 'user', parts: [{ type: 'text', text: 'go' }] }] }],
  ['GET', '/ui-message-stream/c/stream'],
  ['POST', '/stream', { prompt: 'go' }],
  ['POST', '/chat', { input: 'go' }],
  ['POST', '/chat', { input: 'go', stream: true }],
  ['GET', '/.well-known/agent-card.json'],
  rpc('message/send', { message: said }),
  rpc('message/stream', { message: said }),
  rpc('tasks/get', { id: 'r1' }),
  rpc('tasks/cancel', { id: 'r1' }),
  rpc('tasks/resubscribe', { id: 'r1' }),
  rpc('SendStreamingMessage', { message: { role: 'ROLE_USER', messageId: 'm', parts: [{ text: 'go' }] } }),
]

async function everythingSaid({ agent = brief, ...options }: (typeof faults)[string]): Promise<string> {
  const handler = createAgentHandler({ agents: { helper: agent }, disconnectGraceMs: 0, ...options })
  const texts: string[] = []
  for (const [method, path, body, accept = 'text/event-stream'] of requests) {
    const init = { method, headers: { 'content-type': 'application/json', accept }, ...(body ? { body: JSON.stringify(body) } : {}) }
    const response = await handler(new Request(`http://host${path}`, init))
    // A stream may break off; what it had said counts.
    const text = await response.text().catch(String)
    texts.push([method, path, response.status, JSON.stringify([...response.headers]), text].join(' '))
  }
  await handler.close({ graceMs: 0 })
  return texts.join('\n')
}

afterEach(() => void vi.restoreAllMocks())

describe('X15 X20 no key, no path, no stack and no instruction reaches a client or a log', () => {
  test.each(Object.keys(faults))('%s', async (name) => {
    const logged = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) => vi.spyOn(console, level))
    const text = await everythingSaid(faults[name] ?? {})
    expect(secrets.filter((each) => text.includes(each))).toEqual([])
    expect(text.split('\n').length).toBeGreaterThanOrEqual(requests.length)
    expect(logged.flatMap(({ mock }) => mock.calls)).toEqual([])
  })

  test('the hook gets the error itself', async () => {
    const errors: unknown[] = []
    await everythingSaid({ agent: bare(secret), onError: (error) => errors.push(error) })
    expect(String(errors[0])).toContain(key)
  })

  test('over a socket neither', async () => {
    for (const options of [{}, { authorize: secret }, { journal: fails('open') }, { journal: fails('append') }]) {
      const { heard } = await talk(await listen(secret, options), [socketStart()])
      expect(heard.length).toBeGreaterThan(0)
      expect(secrets.filter((each) => heard.join('\n').includes(each))).toEqual([])
    }
  })
})

test('X20 an error that a client throws does not quote what it could not read', () => {
  const thrown = (() => {
    try {
      return parseEvent({ type: 'token', content: { key } })
    } catch (error) {
      return error
    }
  })()
  expect(String(thrown)).not.toContain(key)
  expect(message.encode({ data: '{}' })).toBe('{}')
})
