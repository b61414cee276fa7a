import { afterEach, expect, test, vi } from 'vitest'
import { createAgentClient, inProcessTransport, type TransportRequest } from '../index.ts'

afterEach(() => vi.unstubAllGlobals())

const body = 'data: {"type":"token","content":"Hi"}\n\ndata: {"type":"completed","success":true,"execution_time":0}\n\n'
const stream = (text: BodyInit | null = body): Response => new Response(text, { headers: { 'content-type': 'text/event-stream' } })
const get: TransportRequest = { method: 'GET', url: '/x', headers: async () => new Headers(), limits: { eventBytes: 100, runBytes: 100 } }

test('a run of a page needs no server: a path is enough of an address', async () => {
  const asked: string[] = []
  const handler = (request: Request): Response => {
    asked.push(`${request.method} ${request.url}`)
    return stream()
  }
  const client = createAgentClient({ url: '/api', transport: inProcessTransport(handler) })
  expect(await client.run('go').result()).toMatchObject({ status: 'completed', text: 'Hi' })
  vi.stubGlobal('location', { href: 'https://page.test/app/' })
  await client.run('go').result()
  expect(asked).toEqual(['POST http://in-process.invalid/api/agents/default/runs', 'POST https://page.test/api/agents/default/runs'])
})

test('what a handler throws is a lost connection, not a crash', async () => {
  const transport = inProcessTransport(() => {
    throw new TypeError('broken')
  })
  const run = createAgentClient({ url: '/api', transport, retry: false }).run('go')
  await expect(run.result()).rejects.toMatchObject({ code: 'interrupted', retryable: true })
})

test('an abort reaches the handler, lets the caller go, and closes an answer that comes too late', async () => {
  const leaving = new AbortController()
  let answer = (_: Response): void => {}
  let heard: AbortSignal | undefined
  const transport = inProcessTransport((request) => {
    heard = request.signal
    return new Promise((resolve) => {
      answer = resolve
    })
  })
  const opening = transport.open(get, leaving.signal).catch((error: unknown) => error)
  await vi.waitFor(() => expect(heard).toBeDefined())
  leaving.abort('enough')
  expect([await opening, heard?.aborted, heard?.reason]).toEqual(['enough', true, 'enough'])
  const closed = new Promise<unknown>((resolve) => answer(stream(new ReadableStream({ cancel: resolve }))))
  await closed
})

test('an abort ends a stream whose handler ignores it', async () => {
  const leaving = new AbortController()
  const closed = vi.fn()
  const transport = inProcessTransport(() => stream(new ReadableStream({ cancel: closed })))
  const source = await transport.open(get, leaving.signal)
  const driven = source.drive(() => undefined)
  leaving.abort()
  await driven
  expect(closed).toHaveBeenCalledOnce()
})
