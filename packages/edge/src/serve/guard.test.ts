import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { Agent, RunContext } from '../agents/agent.ts'
import { createLLMAgent } from '../agents/llm-agent.ts'
import { ProviderError } from '../errors.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

const agentOf = (run: (context: RunContext) => AsyncIterable<AgentEvent>): Agent => ({
  name: 'helper',
  info: { name: 'helper', tools: [], supportsStreaming: true },
  run: (_, context) => run(context),
})
const brief = agentOf(async function* () {
  yield { type: 'completed', success: true }
})
const waiting = agentOf(async function* ({ signal }) {
  yield { type: 'token', content: 'a' }
  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
})

function serve({ agent = brief, ...options }: Partial<AgentHandlerOptions> & { readonly agent?: Agent } = {}) {
  const handler = createAgentHandler({ agents: { helper: agent }, ...options })
  const call = (method: string, path: string, init: RequestInit = {}) => handler(new Request(`http://host${path}`, { method, ...init }))
  const start = (headers: Record<string, string> = {}, { agent: name = 'helper', runId = 'r' } = {}) =>
    call('POST', `/agents/${name}/runs`, {
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ run_id: runId, task: { description: 'hi' } }),
    })
  return { call, start }
}

const errorOf = async (response: Response): Promise<[number, string]> => [response.status, ((await response.json()) as { error: { code: string } }).error.code]

describe('security', () => {
  const byHeader = (request: Request) => request.headers.get('x-user') ?? new Response('who?', { status: 401 })

  test("X11 another's run is as unknown as one that never was", async () => {
    const { start, call } = serve({ agent: waiting, authorize: byHeader, onDisconnect: 'continue' })
    const as = (user: string) => ({ headers: { 'x-user': user } })
    const mine = await start(as('ann').headers)
    for (const [method, path] of [
      ['GET', '/runs/r'],
      ['GET', '/runs/r/events'],
      ['DELETE', '/runs/r'],
    ] as const) {
      const foreign = await call(method, path, as('bob'))
      const missing = await call(method, path.replace('/runs/r', '/runs/x'), as('bob'))
      expect([foreign.status, await foreign.text()]).toEqual([missing.status, await missing.text()])
    }
    // The same id of another principal is another run.
    const theirs = await start(as('bob').headers)
    expect(await (await call('DELETE', '/runs/r', as('bob'))).json()).toEqual({ outcome: 'cancelled' })
    expect(await (await call('GET', '/runs/r', as('ann'))).json()).toMatchObject({ status: 'running' })
    await Promise.all([mine.body?.cancel(), theirs.body?.cancel()])
  })

  test('X11 nobody gets in unnamed, and a name cannot reach into another', async () => {
    const { start, call } = serve({ authorize: byHeader })
    expect(await (await start()).text()).toBe('who?')
    expect((await start({ 'x-user': '' })).status).toBe(403)
    await (await start({ 'x-user': 'a/b' })).text()
    expect((await call('GET', '/runs/r', { headers: { 'x-user': 'a' } })).status).toBe(404)
    expect((await call('GET', '/runs/b%2Fr', { headers: { 'x-user': 'a' } })).status).toBe(404)
  })

  test('X20 what authorize, an agent or the hook throws stays here', async () => {
    const boom = (): never => {
      throw new Error('secret at /srv/app')
    }
    const refused = await serve({ authorize: boom }).start()
    expect(await errorOf(refused)).toEqual([500, 'internal'])
    const text = await (await serve({ agent: agentOf(boom), onError: boom }).start()).text()
    expect(text).toContain('"outcome":"failed"')
    expect(text).not.toContain('secret')
  })

  test('X20 what is behind a model that failed is told to whoever keeps the server, and to nobody else', async () => {
    const cause = new TypeError('connect ECONNREFUSED 10.0.0.7')
    const agent = createLLMAgent({
      name: 'helper',
      provider: scriptedProvider([[{ fail: new ProviderError('scripted', 'scripted could not be reached', { cause }) }]]),
    })
    const told: unknown[] = []
    const text = await (await serve({ agent, onError: (error) => told.push(error) }).start()).text()
    expect(text).toContain('scripted could not be reached')
    expect(text).not.toContain('ECONNREFUSED')
    expect(told).toMatchObject([{ code: 'provider', cause }])
  })

  test('X12 CORS is closed unless opened, and open only to the listed origins', async () => {
    const origin = 'https://app.example'
    const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } }
    const closed = serve()
    const allow = 'access-control-allow-origin'
    for (const response of [await closed.call('OPTIONS', '/agents/helper/runs', preflight), await closed.start({ origin })])
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    const open = serve({ cors: { origins: [origin, '*', 'null'], credentials: true, maxAgeSeconds: 60 } })
    const answer = await open.call('OPTIONS', '/agents/helper/runs', preflight)
    expect([answer.status, answer.headers.get(allow), answer.headers.get('access-control-max-age')]).toEqual([204, origin, '60'])
    const started = await open.start({ origin })
    expect([started.headers.get(allow), started.headers.get('vary'), started.headers.get('access-control-expose-headers')]).toEqual([
      origin,
      'Origin',
      'agentstream-run-id,retry-after',
    ])
    for (const other of ['https://evil.example', 'https://app.example.evil', 'null', '*', 'http://app.example']) {
      const response = await open.start({ origin: other })
      expect([other, response.headers.get(allow), response.headers.get('vary')]).toEqual([other, null, 'Origin'])
    }
    expect((await open.call('GET', '/runs/unknown', { headers: { origin } })).headers.get(allow)).toBe(origin)
  })

  test('X14 what a page of another site makes a browser send is refused', async () => {
    const cross = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect(await errorOf(await serve().start(cross))).toEqual([403, 'forbidden'])
    expect((await serve().call('DELETE', '/runs/r', { headers: cross })).status).toBe(403)
    const open = serve({ cors: { origins: ['https://app.example'] } })
    expect((await open.start(cross)).status).toBe(403)
    expect((await open.start({ ...cross, origin: 'https://app.example' })).status).toBe(200)
    expect((await serve().start({ 'sec-fetch-site': 'same-origin', origin: 'http://host' })).status).toBe(200)
  })

  test('X8 prototype names are no agents', async () => {
    const { start, call } = serve()
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(await errorOf(await start({}, { agent: name }))).toEqual([404, 'unknown_agent'])
      expect(await errorOf(await call('GET', `/agents/${name}`))).toEqual([404, 'unknown_agent'])
    }
  })
})
