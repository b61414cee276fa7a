import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAgentClient, immediately } from '@agentstream/client'
import { agentorChat, agUi, aiecs, autoProtocol, type TwoWayProtocol, uiMessageStream } from '@agentstream/client/wire'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTranscodeHandler } from './handler.ts'
import type { TranscodeHandlerOptions, Upstream } from './options.ts'

/** What the upstream saw, and what it does. */
let seen: { headers: IncomingHttpHeaders; body: string }[] = []
let left: Promise<void>
let behave: (request: IncomingMessage, response: ServerResponse) => void = () => {}
const upstream = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  seen.push({ headers: request.headers, body })
  left = new Promise((resolve) => response.on('close', resolve))
  behave(request, response)
})
let address = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/run?key=k-1`
})
afterAll(() => {
  upstream.closeAllConnections()
  upstream.close()
})
beforeEach(() => {
  seen = []
})

const streams = (type: string, ...chunks: readonly string[]) => {
  behave = (_, response) => {
    response.writeHead(200, { 'content-type': type, 'set-cookie': 'theirs=1', 'x-api-key': 'k-1', server: 'theirs' })
    response.end(chunks.join(''))
  }
}
const agUiRun = [
  '{"type":"RUN_STARTED","threadId":"t","runId":"r"}',
  '{"type":"TEXT_MESSAGE_CHUNK","messageId":"m","delta":"High water "}',
  '{"type":"TEXT_MESSAGE_CHUNK","delta":"at six."}',
  '{"type":"RUN_FINISHED","threadId":"t","runId":"r"}',
].map((data) => `data: ${data}\n\n`)

const handlerFor = (one: Partial<Upstream> = {}, options: Partial<TranscodeHandlerOptions> = {}) =>
  createTranscodeHandler({ basePath: '/via', upstreams: { tides: { url: address, from: agUi, ...one } }, ...options })
const post = (name = 'tides', init: RequestInit = {}): Request =>
  new Request(`https://us.example/via/${name}`, { method: 'POST', body: '{"a":1}', ...init, headers: { 'content-type': 'application/json', ...init.headers } })

async function stateOf(handler: (request: Request) => Promise<Response>, protocol: TwoWayProtocol) {
  const fetch = (_: unknown, init?: RequestInit) => handler(post('tides', init))
  const run = createAgentClient({ url: '/x', fetch, protocol, retry: false }).run('x', { schedule: immediately })
  const result = await run.result().catch(() => undefined)
  return { status: run.getSnapshot().status, text: result?.text }
}

test.each([aiecs, uiMessageStream, agentorChat])('an AG-UI server is read as $name', async (to) => {
  streams('text/event-stream', ...agUiRun)
  expect(await stateOf(handlerFor({ to }), to)).toEqual({ status: 'completed', text: 'High water at six.' })
})

test('a server nobody knows is read, too', async () => {
  streams('text/event-stream', '{"type":"run_item_stream_event","message":"At six.","chunk":null,"tool_action":null,"reasoning":null,"raw_event":null}')
  expect(await stateOf(handlerFor({ from: autoProtocol(), to: uiMessageStream }), uiMessageStream)).toEqual({ status: 'completed', text: 'At six.' })
})

test('the answer is labelled as its protocol wants, and nothing of the upstream’s head comes back', async () => {
  streams('text/event-stream', ...agUiRun)
  const response = await handlerFor({ to: uiMessageStream })(post())
  expect(Object.fromEntries(response.headers)).toEqual({
    'cache-control': 'no-cache, no-transform',
    'content-type': 'text/event-stream',
    'server-timing': expect.any(String),
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-vercel-ai-ui-message-stream': 'v1',
  })
  expect(await response.text()).toContain('at six.')
})

test('cookies, authorization and everything else stay here, unless the list says otherwise; the body goes on as it is', async () => {
  streams('text/event-stream', ...agUiRun)
  const headers = { cookie: 'session=1', authorization: 'Bearer mine', 'x-trace': 't-1', 'x-forwarded-for': '10.0.0.1', te: 'trailers' }
  await (await handlerFor({ forward: ['x-trace', 'TE', 'host'], headers: async () => ({ authorization: 'Bearer theirs' }) })(post('tides', { headers }))).text()
  const [request] = seen
  expect(request?.body).toBe('{"a":1}')
  expect(request?.headers).toMatchObject({ authorization: 'Bearer theirs', 'x-trace': 't-1', 'content-type': 'application/json' })
  expect(Object.keys(request?.headers ?? {})).not.toEqual(expect.arrayContaining(['cookie']))
  expect([request?.headers['cookie'], request?.headers['x-forwarded-for'], request?.headers['te']]).toEqual([undefined, undefined, undefined])
})

describe('X5 only what is listed can be reached', () => {
  test('a name, and nothing that looks like an address', async () => {
    streams('text/event-stream', ...agUiRun)
    for (const name of ['other', 'constructor', '__proto__', encodeURIComponent(address), '%2e%2e', `tides?url=${encodeURIComponent(address)}x`]) {
      const { status } = await handlerFor()(post(name))
      expect([name, status]).toEqual([name, name.startsWith('tides') ? 200 : 404])
    }
    expect(seen.map(({ headers }) => headers.host)).toEqual([new URL(address).host])
  })
  test('no redirect is followed, whatever its address', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      behave = (_, response) => void response.writeHead(status, { location: 'http://169.254.169.254/latest' }).end()
      expect((await handlerFor()(post())).status).toBe(502)
    }
    expect(seen).toHaveLength(5)
  })
  test('no address that is not http', () => {
    for (const url of ['file:///etc/passwd', 'ftp://x', 'data:,x', '/run', '']) expect(() => handlerFor({ url })).toThrow('upstream tides')
  })
})

test('what the upstream says of a failure stays here; whether to ask again is told', async () => {
  const told = async (status: number) => {
    behave = (_, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"bad key k-1"}')
    const response = await handlerFor()(post())
    return [response.status, await response.text()]
  }
  const message = '"message":"The upstream did not answer with a stream"'
  expect(await told(401)).toEqual([502, `{"error":{"code":"upstream",${message},"retryable":false}}`])
  expect(await told(429)).toEqual([429, `{"error":{"code":"upstream",${message},"retryable":true}}`])
  expect(await told(503)).toEqual([502, `{"error":{"code":"upstream",${message},"retryable":true}}`])
  streams('text/html', '<p>k-1')
  expect((await handlerFor()(post())).status).toBe(502)
  expect((await handlerFor({ url: 'http://127.0.0.1:9/' })(post())).status).toBe(502)
})

describe('a source that breaks', () => {
  test('is a failed run in the words of the target, with what had come', async () => {
    behave = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(agUiRun.slice(0, 2).join(''), () => response.destroy())
    }
    const body = await (await handlerFor({ to: uiMessageStream })(post())).text()
    expect(body).toContain('High water')
    expect(body).toContain('"type":"error"')
    expect(body).not.toContain('"finishReason":"stop"')
  })
  test('is one that ends before its run did, too', async () => {
    streams('text/event-stream', ...agUiRun.slice(0, 3))
    expect((await stateOf(handlerFor({ to: uiMessageStream }), uiMessageStream)).status).toBe('failed')
  })
  test('is one that sends too much', async () => {
    streams('text/event-stream', ...agUiRun)
    expect((await stateOf(handlerFor({ to: uiMessageStream }, { maxAnswerBytes: 60 }), uiMessageStream)).status).toBe('failed')
  })
  test('is one that falls silent', async () => {
    behave = (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(agUiRun[0])
    expect((await stateOf(handlerFor({ to: uiMessageStream }, { idleTimeoutMs: 40 }), uiMessageStream)).status).toBe('failed')
    behave = () => {}
    expect((await handlerFor({}, { idleTimeoutMs: 40 })(post())).status).toBe(504)
    await left
  })
})

describe('whoever leaves ends the request to the upstream', () => {
  const endless = (): void => {
    behave = (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(agUiRun.slice(0, 2).join(''))
  }
  test('by cancelling the answer', async () => {
    endless()
    const reader = (await handlerFor()(post())).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await left
  })
  test('by aborting the request', async () => {
    endless()
    const controller = new AbortController()
    const errors: unknown[] = []
    const response = await handlerFor({}, { onError: (error) => errors.push(error) })(post('tides', { signal: controller.signal }))
    controller.abort()
    await response.text().catch(() => {})
    await left
    expect(errors).toEqual([])
  })
})

test('who may come in is asked first, and bodies have a limit', async () => {
  streams('text/event-stream', ...agUiRun)
  expect((await handlerFor({}, { authorize: () => new Response(null, { status: 401 }) })(post())).status).toBe(401)
  expect((await handlerFor({}, { maxBodyBytes: 4 })(post())).status).toBe(413)
  expect((await handlerFor()(post('tides', { headers: { 'content-type': 'text/plain' } }))).status).toBe(415)
  expect((await handlerFor()(post('tides', { headers: { 'sec-fetch-site': 'cross-site' } }))).status).toBe(403)
  expect(seen).toEqual([])
})
