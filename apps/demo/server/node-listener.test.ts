// @vitest-environment node
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { Fetch } from './faults.ts'
import { toNodeListener } from './node-listener.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function serve(handle: Fetch): Promise<string> {
  const server = createServer(toNodeListener(handle))
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
