/** Our client and our handler, over real sockets. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAgentClient, HttpError, type RunState, socketTransport } from '@agentstream/client'
import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Agent, RunContext } from '../../agents/agent.ts'
import { createAgentHandler } from '../handler.ts'
import type { AgentHandlerOptions } from '../options.ts'
import { nodeUpgrade } from './node-upgrade.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

interface Place {
  readonly url: string
  readonly origin: string
}

async function listen(run: (context: RunContext) => AsyncIterable<AgentEvent>, options: Partial<AgentHandlerOptions> = {}): Promise<Place> {
  const agent: Agent = { name: 'a', info: { name: 'a', tools: [], supportsStreaming: true }, run: (_, context) => run(context) }
  const handler = createAgentHandler({ agents: { a: agent }, basePath: '/api', ...options })
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', headers, url } = incoming
    handler(new Request(`http://${headers.host}${url}`, { method, headers: headers as Record<string, string> })).then(
      async (response) => outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text()),
      () => outgoing.destroy(),
    )
  })
  server.on('upgrade', nodeUpgrade({ handler, sockets }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a string only for sockets with a path
  return { url: `http://127.0.0.1:${port}/api`, origin: `http://127.0.0.1:${port}` }
}

const clientOf = ({ url }: Place, options: { headers?: HeadersInit; windowLength?: number } = {}) =>
  createAgentClient({ url, transport: socketTransport({ WebSocket, ...options }), ...options, retry: { baseMs: 1, maxMs: 1 } })

async function* words(): AsyncIterable<AgentEvent> {
  yield { type: 'token', content: 'Hello ' }
  yield { type: 'token', content: 'there ⛴️' }
  yield { type: 'result', output: 'Hello there ⛴️' }
  yield { type: 'completed', success: true, execution_time: 0 }
}

async function* untilStopped({ signal }: RunContext): AsyncIterable<AgentEvent> {
  yield { type: 'token', content: 'on and on' }
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}

const said = ({ status, integrity, output }: RunState): unknown => ({ status, integrity, output })

/** A bare socket: what it heard until it was closed, and how. */
function talk(place: Place, messages: readonly string[], options: { headers?: Record<string, string>; protocols?: string[]; path?: string } = {}) {
  return new Promise<{ heard: string[]; code?: number; status?: number }>((resolve) => {
    const heard: string[] = []
    const socket = new WebSocket(`${place.url.replace('http', 'ws')}${options.path ?? '/agents/a/socket'}`, options.protocols ?? [], {
      headers: options.headers ?? {},
    })
    socket.on('open', () => {
      for (const message of messages) socket.send(message)
    })
    socket.on('message', (data) => heard.push(String(data)))
    socket.on('close', (code) => resolve({ heard, code }))
    socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve({ heard, status: statusCode }))
    socket.on('error', () => {})
  })
}

const start = (more: object = {}): string => JSON.stringify({ type: 'start', run_id: 'r', task: { description: 'go' }, ...more })

test('a run over a socket is the run it is over HTTP, and verified', async () => {
  const run = clientOf(await listen(words)).run('go')
  const { state, text } = await run.result()
  expect([said(state), text]).toEqual([{ status: 'completed', integrity: 'verified', output: 'Hello there ⛴️' }, 'Hello there ⛴️'])
})

test('every message is one frame, and one that holds no event has a name', async () => {
  const { heard, code } = await talk(await listen(words), [start()])
  const texts = heard
    .filter((text) => text !== '')
    .map((text) => text.replace(/[A-Za-z0-9]+-(\d)"/, 'e-$1"').replace(/"(timestamp|digest|cursor)":"[^"]*"/g, '"$1":""'))
  expect([texts.map((text) => JSON.parse(text)), code]).toEqual([
    [
      { $event: 'run', run_id: 'r' },
      { $id: 'e-1', type: 'token', content: 'Hello ' },
      { $id: 'e-2', type: 'token', content: 'there ⛴️' },
      { $id: 'e-3', type: 'result', output: 'Hello there ⛴️' },
      { $id: 'e-4', type: 'completed', success: true, execution_time: 0 },
      { $event: 'end', outcome: 'completed', cursor: '', digest: '' },
    ],
    1000,
  ])
})

test('a run can be attached to by its id, and after a cursor only the rest is sent', async () => {
  const place = await listen(words)
  const client = clientOf(place)
  const { id, result } = client.run('go')
  await result()
  expect(said((await client.attach(id).result()).state)).toEqual({ status: 'completed', integrity: 'verified', output: 'Hello there ⛴️' })
  const all = (await talk(place, [JSON.stringify({ type: 'attach', run_id: id })])).heard
  const second = /"\$id":"([^"]+-2)"/.exec(all.join())?.[1]
  const rest = (await talk(place, [JSON.stringify({ type: 'attach', run_id: id, after: second })])).heard
  expect(rest.filter((text) => text.startsWith('{"$id"'))).toEqual(all.filter((text) => text.startsWith('{"$id"')).slice(2))
})

test('cancelling goes over the same socket, and its receipt is that of HTTP', async () => {
  const place = await listen(untilStopped)
  const fetches: unknown[] = []
  const transport = socketTransport({ WebSocket, fetch: async (input) => Response.json(fetches.push(input)) })
  const run = createAgentClient({ url: place.url, transport }).run('go')
  for await (const { type } of run) if (type === 'token') break
  expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
  expect([(await run.result()).status, run.getSnapshot().integrity, fetches]).toEqual(['cancelled', 'verified', []])
})

test('a run that is not followed here is cancelled over HTTP, or by the first message of a socket', async () => {
  const place = await listen(untilStopped, { onDisconnect: 'continue' })
  const client = clientOf(place)
  const run = client.run('go', { runId: 'r' })
  for await (const { type } of run) if (type === 'token') break
  run.detach()
  expect(await talk(place, [JSON.stringify({ type: 'cancel', run_id: 'r' })])).toEqual({ heard: ['{"$event":"receipt","outcome":"cancelled"}'], code: 1000 })
  expect(await client.cancel('r')).toEqual({ outcome: 'already_finished' })
  expect(await client.cancel('never')).toEqual({ outcome: 'unknown_run' })
})

test('leaving the loop reaches the agent', async () => {
  let stopped = (): void => {}
  const isStopped = new Promise<void>((resolve) => {
    stopped = resolve
  })
  const place = await listen(async function* (context) {
    yield* untilStopped(context)
    stopped()
  })
  for await (const { type } of clientOf(place).stream('go')) if (type === 'token') break
  await isStopped
})

test('a client that vanishes while the agent is silent reaches the agent', async () => {
  let stopped = (): void => {}
  const isStopped = new Promise<void>((resolve) => {
    stopped = resolve
  })
  const place = await listen(
    async function* (context) {
      yield* untilStopped(context)
      stopped()
    },
    { disconnectGraceMs: 0 },
  )
  const socket = new WebSocket(`${place.url.replace('http', 'ws')}/agents/a/socket`)
  socket.on('open', () => socket.send(start()))
  socket.on('message', (data) => {
    if (String(data).includes('on and on')) socket.terminate()
  })
  await isStopped
})

test('a slow reader holds the server: no more than a window is sent beyond what was read', async () => {
  const total = 400
  const place = await listen(async function* () {
    for (let n = 0; n < total; n++) yield { type: 'token', content: 'x'.repeat(1000) }
    yield { type: 'completed', success: true, execution_time: 0 }
  })
  const window = 20_000
  // Reads by hand: it acknowledges only when told.
  const socket = new WebSocket(`${place.url.replace('http', 'ws')}/agents/a/socket`)
  let received = 0
  let isClosed = false
  const quiet = async (): Promise<number> => {
    for (let before = -1; before !== received; ) {
      before = received
      // A round trip: whatever was sent before its answer has arrived.
      await new Promise<void>((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      })
    }
    return received
  }
  socket.on('message', (data) => {
    const text = String(data)
    if (!text.startsWith('{"$event":"run"')) received += text.length
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve())).then(() => {
    isClosed = true
  })
  await new Promise<void>((resolve) => socket.on('open', () => resolve()))
  socket.send(start({ window }))
  await expect.poll(quiet).toBeGreaterThanOrEqual(window)
  expect(received).toBeLessThan(window + 1100)
  socket.send(JSON.stringify({ type: 'ack', received }))
  const first = received
  await expect.poll(quiet).toBeGreaterThanOrEqual(first + window)
  expect(received).toBeLessThan(first + window + 1100)
  while (!isClosed) {
    socket.send(JSON.stringify({ type: 'ack', received }))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  expect(received).toBeGreaterThan(total * 1000)
})

test('a slow loop over a small window gets everything all the same', async () => {
  const place = await listen(async function* () {
    for (let n = 0; n < 200; n++) yield { type: 'token', content: String(n) }
    yield { type: 'completed', success: true, execution_time: 0 }
  })
  let text = ''
  for await (const event of clientOf(place, { windowLength: 100 }).stream('go')) {
    if (event.type === 'token') text += event.content
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(text).toBe(Array.from({ length: 200 }, (_, n) => n).join(''))
})

test('X13 tokens travel in the first message: authorize sees them, addresses and handshakes do not', async () => {
  const addresses: (string | null)[] = []
  const place = await listen(words, {
    authorize(request) {
      addresses.push(request.url, request.headers.get('sec-websocket-protocol'))
      return request.headers.get('authorization') === 'Bearer secret' ? 'ada' : new Response('who?', { status: 401 })
    },
  })
  const { status } = await clientOf(place, { headers: { authorization: 'Bearer secret' } })
    .run('go')
    .result()
  expect(status).toBe('completed')
  const refused = await clientOf(place, { headers: { authorization: 'Bearer other' } })
    .run('go')
    .result()
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(HttpError)
  expect(refused).toMatchObject({ status: 401, body: 'who?', retryable: false })
  expect(new Set(addresses)).toEqual(new Set([`${place.url}/agents/default/runs`, null]))
})

test('X13 a token offered as a subprotocol is refused, not echoed', async () => {
  const place = await listen(words)
  expect(await talk(place, [start()], { protocols: ['bearer.secret'] })).toEqual({ heard: [], status: 400 })
})

test.each([
  ['another origin', 'https://evil.example', 403],
  ['a sandboxed page', 'null', 403],
  ['an origin that ends alike', 'http://127.0.0.1.evil.example', 403],
])('X13 a page of %s opens no socket', async (_, origin, status) => {
  expect(await talk(await listen(words), [start()], { headers: { origin } })).toEqual({ heard: [], status })
})

test('X13 a page of the server itself, and of a listed origin, opens a socket', async () => {
  const place = await listen(words, { cors: { origins: ['https://app.example', '*'] } })
  for (const origin of [place.origin, 'https://app.example']) {
    expect(await talk(place, [start({ run_id: origin.length.toString() })], { headers: { origin } })).toMatchObject({ code: 1000 })
  }
  expect(await talk(place, [start()], { headers: { origin: 'https://other.example' } })).toMatchObject({ status: 403 })
})

test('X13 a message adds only headers that were meant to be added, and changes none', async () => {
  const seen: (string | null)[] = []
  const authorize = ({ headers }: Request): string => {
    seen.push(headers.get('authorization'), headers.get('x-key'))
    return 'ada'
  }
  const place = await listen(words, { authorize, sockets: { headers: ['Authorization', 'X-Key'] } })
  await talk(place, [start({ headers: { Authorization: 'mine', 'X-Key': 'k' } })], { headers: { authorization: 'of the proxy' } })
  expect(seen).toEqual(['of the proxy', 'k'])
  const forged = await talk(place, [start({ run_id: 'q', headers: { 'x-authenticated-user': 'admin' } })])
  expect([forged.code, forged.heard.join()]).toEqual([4400, expect.stringContaining('headers.x-authenticated-user: a message cannot add this header')])
  expect(seen).toHaveLength(2)
})

test.each([
  ['no JSON', ['{'], 4400],
  ['no start', ['{"type":"dance"}'], 4400],
  ['a start that HTTP would refuse', ['{"type":"start","task":{}}'], 4400],
  ['a run nobody knows', ['{"type":"attach","run_id":"x"}'], 4404],
  ['a second run on one socket', [start(), '{"type":"start"}'], 4400],
  ['more than fits', [start({ context: 'x'.repeat(2000) })], 1009],
])('%s is refused with the answer of HTTP, and the close says whether to try again', async (_, messages, code) => {
  const { heard, ...closing } = await talk(await listen(untilStopped, { maxBodyBytes: 1000 }), messages)
  const status = code === 1009 ? 413 : code - 4000
  expect([heard.at(-1), closing]).toEqual([expect.stringContaining(`{"$event":"refused","status":${status},"body":"{\\"error\\":`), { code }])
})

test('an unknown agent and too many runs are told apart: only one of them is worth another try', async () => {
  const place = await listen(untilStopped, { maxConcurrentRuns: 1 })
  expect(await talk(place, [start()], { path: '/agents/b/socket' })).toMatchObject({ code: 4404 })
  const run = clientOf(place).run('go')
  for await (const { type } of run) if (type === 'token') break
  const { heard, code } = await talk(place, [start()])
  expect([code, heard.join()]).toEqual([1013, expect.stringContaining('"status":429')])
  expect(heard.join()).toContain('"retry_after":"5"')
  await run.cancel()
})

test('a socket that says nothing is closed', async () => {
  const { heard, code } = await talk(await listen(words, { sockets: { firstMessageTimeoutMs: 1 } }), [])
  expect([code, heard.join()]).toEqual([1013, expect.stringContaining('"status":408')])
})

test('a plain request to the address, and a handshake elsewhere, are told what is there', async () => {
  const place = await listen(words)
  expect((await fetch(`${place.url}/agents/a/socket`)).status).toBe(426)
  expect(await talk(place, [], { path: '/elsewhere' })).toMatchObject({ status: 404 })
})
