import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultProxy, type Plan } from '../../../scripts/fault-proxy.mjs'
import { createAgentClient, immediately } from '../src/index.ts'
import { sse } from '../src/wire.ts'
import { all, events, headers, whole } from './kept-run.ts'
import { failOnUnhandled, shows, text } from './support.ts'

failOnUnhandled()

const words = Array.from({ length: 40 }, (_, at) => `word ${at} `)
const body = `${words.map(text).join('')}data: {"type":"result","output":"done"}\n\ndata: {"type":"completed","success":true}\n\n`
let server: Server
beforeAll(async () => {
  server = createServer((request, response) => {
    const isKept = request.url?.startsWith('/kept')
    response.writeHead(200, isKept ? headers : { 'content-type': 'text/event-stream' })
    const after = Number(request.headers['last-event-id']?.toString().split('-')[1] ?? 0)
    response.end(isKept ? all.slice(after).map(sse.encode).join('') : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** A run over real sockets, through a proxy that does what the plan says to each connection. */
async function through(plan: (connection: number) => Plan, { path = '', ...options }: Record<string, unknown> = {}, signal = new AbortController().signal) {
  const proxy = await faultProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, plan)
  const run = createAgentClient({ url: `${proxy.url}${path}`, retry: { baseMs: 0, maxMs: 0 }, ...options }).run('x', { schedule: immediately, signal })
  return { run, proxy }
}

async function endOf(plan: (connection: number) => Plan, options: Record<string, unknown> = {}) {
  const { run, proxy } = await through(plan, options)
  const error: unknown = await run.result().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  await proxy.close()
  return { error, state: run.getSnapshot(), connections: proxy.log.length }
}

describe('over real sockets', () => {
  test.each([
    ['N1: cut by FIN', { cutAfter: 1200 }],
    ['N2: cut by RST', { cutAfter: 1200, rst: true }],
    ['N8: cut inside the first chunk', { cutAfter: 200 }],
  ])('%s: truncated, with what had arrived', async (_, plan) => {
    const { error, state } = await endOf(() => plan)
    expect(error).toMatchObject({ code: 'interrupted', retryable: true })
    expect(state).toMatchObject({ status: 'truncated', failure: { code: 'interrupted' } })
    const [part] = state.main.parts
    expect(words.join('').startsWith(part && 'text' in part ? part.text : '')).toBe(true)
  })

  test('N12: one byte per packet comes to the same', async () => {
    const { error, state } = await endOf(() => ({ chunk: 1, delayMs: 0 }))
    expect(error).toBeUndefined()
    expect(state).toMatchObject({ status: 'completed', main: { parts: [{ text: words.join('') }] } })
  })

  test('N7: refused connections are tried again', async () => {
    const { error, state, connections } = await endOf((connection) => (connection < 2 ? { refuse: true } : {}))
    expect(error).toBeUndefined()
    expect(state.status).toBe('completed')
    expect(connections).toBe(3)
  })

  test('N5: a half-open connection ends with the idle timeout', async () => {
    const { error, state } = await endOf(() => ({ stallAfter: 1200 }), { idleTimeoutMs: 50, retry: false })
    expect(error).toMatchObject({ code: 'timeout', phase: 'idle' })
    expect(state.status).toBe('truncated')
  })

  test('L2: aborting closes the socket at once', async () => {
    const controller = new AbortController()
    const { run, proxy } = await through(() => ({ stallAfter: 1200 }), {}, controller.signal)
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    controller.abort()
    expect(await run.result()).toMatchObject({ status: 'cancelled' })
    await expect.poll(() => proxy.log[0]?.clientClosed).toBe(true)
    await proxy.close()
  })

  test.each([
    ['N1 N3 N4: by FIN', { cutAfter: 400 }],
    ['N2: by RST', { cutAfter: 400, rst: true }],
    ['N8: inside the headers or the first chunk', { cutAfter: 150 }],
    ['N5: by silence', { stallAfter: 400 }],
  ])('%s, a run that the server keeps is cut again and again and shown whole', async (_, plan) => {
    const { error, state, connections } = await endOf((connection) => (connection < 3 ? plan : {}), {
      path: '/kept',
      idleTimeoutMs: 300,
      connectTimeoutMs: 300,
    })
    expect({ error, state }).toMatchObject({ error: undefined, state: { ...whole, counts: { events: events.length } } })
    expect(connections).toBeGreaterThan(2)
  })
})
