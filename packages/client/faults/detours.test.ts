import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { type AgentClientOptions, createAgentClient, immediately } from '../src/index.ts'
import { emptyDigest, extendDigest, formatDigest, sse } from '../src/wire.ts'
import { failOnUnhandled } from './support.ts'

failOnUnhandled()

const events = ['Hi', ' there'].map((content) => JSON.stringify({ type: 'token', content })).concat('{"type":"completed","success":true}')
const end = { event: 'end', data: JSON.stringify({ outcome: 'completed', cursor: 'e1-3', digest: formatDigest(events.reduce(extendDigest, emptyDigest)) }) }
const body = events.map((data, at) => sse.encode({ id: `e1-${at + 1}`, data })).concat(sse.encode(end))
const after = (request: IncomingMessage): string => body.slice(Number(request.headers['last-event-id']?.toString().split('-')[1] ?? 0)).join('')
const stream = { 'content-type': 'text/event-stream', 'agentstream-run-id': 'r' }

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

/** A real server: its address, and the requests it got. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = []
  const server = createServer({ keepAlive: false }, (request, response) => {
    requests.push(request)
    response.setHeader('connection', 'close')
    answer(request, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

async function attach(url: string, options: Partial<AgentClientOptions> = {}) {
  const run = createAgentClient({ url, retry: { baseMs: 0, maxMs: 0 }, ...options }).attach('r', { schedule: immediately })
  await run.result().catch(() => {})
  return { error: run.error, state: run.getSnapshot() }
}
const whole = { status: 'completed', integrity: 'verified', counts: { events: 3 } }

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('N33: %i is followed', async (status) => {
    const { url } = await serve((request, response) => {
      if (request.url?.startsWith('/moved')) response.writeHead(200, stream).end(after(request))
      else response.writeHead(status, { location: `/moved${request.url}` }).end()
    })
    expect(await attach(url)).toMatchObject({ error: undefined, state: whole })
  })

  test.each([307, 308])('N33: a run that is started at an address that answers %i starts where it points to', async (status) => {
    const { url, requests } = await serve((request, response) => {
      if (request.url?.startsWith('/moved')) response.writeHead(200, stream).end(after(request))
      else response.writeHead(status, { location: `/moved${request.url}` }).end()
    })
    expect((await createAgentClient({ url }).run('x').result()).state).toMatchObject(whole)
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  test('N33: a circle ends, and is told', async () => {
    const { url, requests } = await serve((request, response) => response.writeHead(307, { location: request.url }).end())
    const { error, state } = await attach(url, { retry: false })
    expect(error).toMatchObject({ code: 'interrupted', cause: expect.any(TypeError) })
    expect(state).toMatchObject({ status: 'truncated', counts: { events: 0 } })
    expect(requests.length).toBeLessThan(30)
  })

  test('N33: one that points nowhere is told with its status', async () => {
    const { url, requests } = await serve((_, response) => response.writeHead(302).end())
    expect((await attach(url)).error).toMatchObject({ code: 'http', status: 302 })
    expect(requests).toHaveLength(1)
  })

  test('N34 X16: to another origin it takes no authorization along', async () => {
    const other = await serve((request, response) => response.writeHead(200, stream).end(after(request)))
    const { url, requests } = await serve((request, response) => response.writeHead(307, { location: `${other.url}${request.url}` }).end())
    const { state } = await attach(url, { headers: { authorization: 'Bearer secret', cookie: 'session=secret' } })
    expect(state).toMatchObject(whole)
    expect(requests[0]?.headers.authorization).toBe('Bearer secret')
    expect([other.requests[0]?.headers.authorization, other.requests[0]?.headers.cookie]).toEqual([undefined, undefined])
  })
})

describe('compressed streams', () => {
  const packed = { ...stream, 'content-encoding': 'gzip' }

  test('N35: are read like any other', async () => {
    const { url } = await serve((request, response) => response.writeHead(200, packed).end(gzipSync(after(request))))
    expect(await attach(url)).toMatchObject({ error: undefined, state: whole })
  })

  test('N35: cut, the rest is asked for', async () => {
    const { url, requests } = await serve((request, response) => {
      const bytes = gzipSync(after(request))
      response.writeHead(200, packed)
      if (requests.length > 1) response.end(bytes)
      else response.write(bytes.subarray(0, bytes.length - 12), () => response.destroy())
    })
    expect(await attach(url)).toMatchObject({ error: undefined, state: whole })
    expect(requests.length).toBeGreaterThan(1)
  })

  test('X19: a small one that unpacks to a large one is held to the limit in unpacked bytes', async () => {
    const bomb = gzipSync(sse.encode({ data: JSON.stringify({ type: 'token', content: 'x'.repeat(900_000) }) }).repeat(32))
    const { url } = await serve((_, response) => response.writeHead(200, packed).end(bomb))
    expect(bomb.length).toBeLessThan(100_000)
    const { error, state } = await attach(url, { limits: { runBytes: 2_000_000 } })
    expect(error).toMatchObject({ code: 'limit', limit: 2_000_000, unit: 'bytes' })
    expect(state).toMatchObject({ status: 'failed', counts: { events: 2 } })
  })
})
