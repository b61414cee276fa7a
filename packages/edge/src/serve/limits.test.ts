import { createAgentClient, socketTransport } from '@agentstream/client'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { listen, start as socketStart, talk, untilStopped } from '../../test/sockets.ts'
import type { Agent } from '../agents/agent.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

const waiting: Agent = {
  name: 'helper',
  info: { name: 'helper', tools: [], supportsStreaming: true },
  run: (_, context) => untilStopped(context),
}

/** One handler, and every way in that starts a run, each with a prompt and under a fresh name. */
function serve(options: Partial<AgentHandlerOptions> = {}) {
  const handler = createAgentHandler({
    agents: { helper: waiting },
    authorize: (request) => request.headers.get('x-user') ?? 'ada',
    onDisconnect: 'continue',
    ...options,
  })
  let fresh = 0
  const call = (method: string, path: string, { body, user = 'ada' }: { body?: unknown; user?: string } = {}) =>
    handler(
      new Request(`http://host${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-user': user },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  const start = (user = 'ada', runId = `r${++fresh}`, task: object = {}) =>
    call('POST', '/agents/helper/runs', { user, body: { run_id: runId, task: { description: 'go', ...task } } })
  const rpc = (method: string, params: unknown) => call('POST', '/a2a', { body: { jsonrpc: '2.0', id: 1, method, params } })
  const message = (text: string) => ({ message: { kind: 'message', role: 'user', messageId: `m${++fresh}`, parts: [{ kind: 'text', text }] } })
  const chat = (text: string) => ({ id: `chat${++fresh}`, messages: [{ id: 'u1', role: 'user', parts: [{ type: 'text', text }] }] })
  const agUi = (text: string) => {
    const messages = [{ id: 'u1', role: 'user', content: text }]
    return { threadId: `t${++fresh}`, runId: `a${fresh}`, state: {}, messages, tools: [], context: [], forwardedProps: {} }
  }
  const ways: Readonly<Record<string, (text: string) => Promise<Response>>> = {
    runs: (text) => start('ada', undefined, { description: text }),
    'ag-ui': (text) => call('POST', '/ag-ui', { body: agUi(text) }),
    'ui-message-stream': (text) => call('POST', '/ui-message-stream', { body: chat(text) }),
    agenticraft: (text) => call('POST', '/stream', { body: { prompt: text } }),
    agentor: (text) => call('POST', '/chat', { body: { input: text } }),
    'agentor stream': (text) => call('POST', '/chat', { body: { input: text, stream: true } }),
    'a2a send': (text) => rpc('message/send', message(text)),
    'a2a stream': (text) => rpc('message/stream', message(text)),
  }
  return { call, start, rpc, ways, handler }
}

/** What a refusal comes to, in HTTP's words or in those of JSON-RPC. */
async function refusalOf(response: Response): Promise<unknown> {
  const { error } = await response.json()
  return [response.status, error.code, response.headers.get('retry-after')]
}

async function throughAll(ways: ReturnType<typeof serve>['ways'], text: string): Promise<Readonly<Record<string, unknown>>> {
  const said: [string, unknown][] = []
  for (const [name, ask] of Object.entries(ways)) said.push([name, await refusalOf(await ask(text))])
  return Object.fromEntries(said)
}

const everywhere = (http: unknown, rpc: unknown): unknown => ({
  runs: http,
  'ag-ui': http,
  'ui-message-stream': http,
  agenticraft: http,
  agentor: http,
  'agentor stream': http,
  'a2a send': rpc,
  'a2a stream': rpc,
})

describe('what one principal may have', () => {
  test('X10 runs at once are limited on every address, and another principal is not in the way', async () => {
    const { start, call, ways } = serve({ limits: { runs: 2 } })
    const open = [await start('ada', 'one'), await start('ada', 'two')]
    expect(await throughAll(ways, 'go')).toEqual(everywhere([429, 'too_many_runs', '5'], [200, -32000, null]))
    open.push(await start('bob'), await start('ada', 'one'))
    expect(open.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    await call('DELETE', '/runs/one')
    open.push(await start('ada', 'three'))
    expect(open.at(-1)?.status).toBe(200)
    await Promise.all(open.map((response) => response.body?.cancel()))
  })

  test('X10 X19 so are viewers, whatever they view, and who leaves makes room', async () => {
    const { start, call, rpc, ways } = serve({ limits: { viewers: 2 } })
    const first = await start('ada', 'one')
    const second = await call('GET', '/runs/one/events?protocol=ag-ui')
    expect([first.status, second.status]).toEqual([200, 200])
    expect(await throughAll(ways, 'go')).toEqual(everywhere([429, 'too_many_viewers', '5'], [200, -32000, null]))
    expect(await refusalOf(await call('GET', '/runs/one/events'))).toEqual([429, 'too_many_viewers', '5'])
    for (const method of ['tasks/get', 'tasks/resubscribe']) expect(await refusalOf(await rpc(method, { id: 'one' }))).toEqual([200, -32000, null])
    // To look and to stop need no place.
    expect((await call('GET', '/runs/one')).status).toBe(200)
    const others = await start('bob')
    expect(others.status).toBe(200)
    await second.body?.cancel()
    const third = await call('GET', '/runs/one/events')
    expect(third.status).toBe(200)
    expect((await call('DELETE', '/runs/one')).status).toBe(200)
    expect(await Promise.all([first.text(), third.text()])).toHaveLength(2)
    for (const _ of Array.from({ length: 5 })) await (await call('GET', '/runs/one/events')).text()
    await others.body?.cancel()
  })

  test('a run that was refused leaves nothing behind, and a journal that fails takes no place', async () => {
    const broken = serve({
      limits: { runs: 1, viewers: 1 },
      journal: {
        durable: false,
        open: () => Promise.reject(new TypeError('disk')),
        append: async () => '',
        close: async () => {},
        read: async function* () {},
        status: async () => ({ status: 'unknown' }),
      },
    })
    for (const _ of Array.from({ length: 3 })) expect(await refusalOf(await broken.start())).toEqual([500, 'internal', null])
    const { start, call } = serve({ limits: { runs: 1 } })
    const open = await start('ada', 'one')
    await start('ada', 'two')
    expect(await refusalOf(await call('GET', '/runs/two'))).toEqual([404, 'unknown_run', null])
    await open.body?.cancel()
  })

  test('X10 prompts and images are limited on every address', async () => {
    const { start, ways } = serve({ limits: { promptCharacters: 10, images: 1 } })
    expect(await throughAll(ways, 'a'.repeat(11))).toEqual(everywhere([413, 'too_large', null], [200, -32602, null]))
    const images = ['data:image/png;base64,AA', 'data:image/png;base64,AA']
    expect(await refusalOf(await start('ada', 'r', { images }))).toEqual([413, 'too_large', null])
    const fits = await start('ada', 'r', { description: 'a'.repeat(10), images: images.slice(1) })
    expect(fits.status).toBe(200)
    await fits.body?.cancel()
  })

  test('X10 sockets are held to the same, and say when to try again', async () => {
    const place = await listen(untilStopped, { limits: { runs: 1, promptCharacters: 10 }, onDisconnect: 'continue' })
    const run = createAgentClient({ url: place.url, transport: socketTransport({ WebSocket }) }).run('go')
    for await (const { type } of run) if (type === 'token') break
    const { heard, code } = await talk(place, [socketStart({ run_id: 'other' })])
    const long = await talk(place, [socketStart({ run_id: 'other', task: { description: 'a'.repeat(11) } })])
    expect([heard.map((text) => JSON.parse(text)), code, long.code]).toEqual([
      [{ $event: 'refused', status: 429, retry_after: '5', body: expect.stringContaining('too_many_runs') }],
      1013,
      1009,
    ])
    await run.cancel()
  })
})
