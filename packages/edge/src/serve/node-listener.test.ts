import { createServer, type IncomingMessage, request } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { nodeListener } from './node-listener.ts'

type Fetch = (request: Request) => Promise<Response>

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(handle: Fetch): Promise<string> {
  const server = createServer(nodeListener(handle))
  closing.push(() => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/x?y=1`
}

test('method, address, headers and body arrive; status, headers and body return', async () => {
  const url = await serve(async (request) => {
    const said = `${request.method} ${new URL(request.url).search} ${request.headers.get('x-one')} ${await request.text()}`
    return new Response(said, { status: 201, headers: { 'x-two': '2' } })
  })
  const response = await fetch(url, { method: 'POST', headers: { 'x-one': '1' }, body: 'hello' })
  expect([response.status, response.headers.get('x-two'), await response.text()]).toEqual([201, '2', 'POST ?y=1 1 hello'])
})

test('a chunk leaves as soon as it is there', async () => {
  let send: ReadableStreamDefaultController<Uint8Array> | undefined
  const url = await serve(
    async () =>
      new Response(
        new ReadableStream({
          start(controller) {
            send = controller
          },
        }),
      ),
  )
  const reader = (await fetch(url)).body?.getReader()
  send?.enqueue(new TextEncoder().encode('first'))
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('first')
  await reader?.cancel()
})

test('S1: a client that leaves aborts the request and cancels the body', async () => {
  const heard: string[] = []
  const url = await serve(async (request) => {
    request.signal.addEventListener('abort', () => heard.push('aborted'))
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([1])), cancel: () => void heard.push('cancelled') }))
  })
  const leaving = new AbortController()
  const response = await fetch(url, { signal: leaving.signal })
  await response.body?.getReader().read()
  leaving.abort()
  await expect.poll(() => heard.toSorted()).toEqual(['aborted', 'cancelled'])
})

test('a whole answer aborts nothing', async () => {
  let aborted = false
  const url = await serve(async (request) => {
    request.signal.addEventListener('abort', () => {
      aborted = true
    })
    return new Response('done')
  })
  await (await fetch(url)).text()
  closing.splice(0).map((close) => close())
  expect(aborted).toBe(false)
})

test('a body that breaks does not look like one that ended', async () => {
  const url = await serve(
    async (request) =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array([1])),
          pull(controller) {
            if (!request.signal.aborted) controller.error(new DOMException('broken on purpose', 'AbortError'))
          },
        }),
      ),
  )
  await expect(fetch(url).then((response) => response.text())).rejects.toThrow()
})

test('every cookie of an answer arrives', async () => {
  const headers = new Headers([
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ])
  const url = await serve(async () => new Response(null, { headers }))
  expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1', 'b=2'])
})

test('a handler that throws is answered with 500, and says nothing of it', async () => {
  const url = await serve(async () => {
    throw new RangeError('a secret')
  })
  const response = await fetch(url)
  expect([response.status, await response.text()]).toEqual([500, ''])
})

/** What Node's own client may ask and fetch may not. */
async function ask(url: string, options: { method?: string; path?: string; headers?: Record<string, string> }): Promise<{ status: number; text: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => request(url, options, resolve).on('error', reject).end())
  let text = ''
  for await (const chunk of response) text += chunk
  return { status: response.statusCode ?? 0, text }
}

test.each([
  ['two slashes are a path, not a host', { path: '//elsewhere/x' }, { status: 200, text: '//elsewhere/x' }],
  ['the whole address, as proxies send it', { path: 'http://harbour/x' }, { status: 200, text: '/x' }],
  ['a host that is none', { headers: { host: 'a b' } }, { status: 400, text: '' }],
  ['a method that fetch does not have', { method: 'TRACE' }, { status: 400, text: '' }],
])('%s', async (_, options, answer) => {
  const url = await serve(async ({ url }) => new Response(new URL(url).pathname))
  expect(await ask(url, options)).toEqual(answer)
})

test('over HTTP/2, too', async () => {
  const server = createHttp2Server(nodeListener(async (request) => new Response(`${request.method} ${request.url} ${await request.text()}`)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // A server that listens on a port has an address of this form.
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  const stream = session.request({ ':method': 'POST', ':path': '/api' })
  stream.end('hello')
  let text = ''
  for await (const chunk of stream) text += chunk
  session.close()
  server.close()
  expect(text).toBe(`POST http://127.0.0.1:${port}/api hello`)
})
