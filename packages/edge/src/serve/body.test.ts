import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { type BodyOptions, readBody } from './body.ts'

/** What a request's body is read as: its text, or the status and code of the refusal. */
async function read(body: BodyInit, { headers = {}, ...options }: Partial<BodyOptions> & { headers?: Record<string, string> } = {}): Promise<string> {
  const app = new Hono().post('/', async (context) => {
    const text = await readBody(context, { maxBytes: 100, timeoutMs: 10_000, ...options })
    return text instanceof Response ? text : new Response(`read ${text}`)
  })
  // Node wants to be told that the answer may come before the body is through.
  const init: Omit<RequestInit, 'headers'> & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' }
  const response = await app.fetch(new Request('http://host/', { ...init, headers: { 'content-type': 'application/json', ...headers } }))
  if (response.ok) return response.text()
  const { error } = (await response.json()) as { error: { code: string } }
  return `${response.status} ${error.code}`
}

const chunks = (...texts: string[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })

describe('a request body', () => {
  test('X14 is JSON by its content type, which no plain form of another site can state', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '', 'application/jsonp', 'text/plain;application/json'])
      expect([type, await read('{}', { headers: { 'content-type': type } })]).toEqual([type, '415 unsupported_media_type'])
    expect(await read('{}', { headers: { 'content-type': 'Application/JSON; charset=utf-8' } })).toBe('read {}')
  })

  test('S24 X10 has a largest size, declared or not', async () => {
    expect(await read('x'.repeat(100))).toBe(`read ${'x'.repeat(100)}`)
    expect(await read('x'.repeat(101))).toBe('413 too_large')
    expect(await read('{}', { headers: { 'content-length': '101' } })).toBe('413 too_large')
    expect(await read(chunks('x'.repeat(60), 'x'.repeat(60)))).toBe('413 too_large')
    expect(await read(chunks('{', '}'))).toBe('read {}')
    // A character that is cut by a chunk is whole in the text.
    const bytes = new TextEncoder().encode('{"€":"😀"}')
    const cut = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect(await read(cut)).toBe('read {"€":"😀"}')
    // 50 characters, 150 bytes.
    expect(await read(chunks('€'.repeat(50)))).toBe('413 too_large')
  })

  test('S24 may not take for ever to arrive, and may break off', async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"task')) })
    expect(await read(endless, { timeoutMs: 1 })).toBe('408 request_timeout')
    const broken = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) })
    expect(await read(broken)).toBe('400 bad_request')
  })
})
