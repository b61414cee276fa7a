import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hear, openBody, say } from '../../../test/model.ts'
import type { ModelRequest, StreamingProvider } from '../provider.ts'
import { type OpenAIOptions, openai } from './provider.ts'

// What happens in time: a server that falls silent, and a reader that has had enough.

const request: ModelRequest = { messages: [{ role: 'user', text: 'a prompt' }] }
const read = (provider: StreamingProvider, signal?: AbortSignal) => hear(provider, request, signal)
const model = (options: Partial<OpenAIOptions>): StreamingProvider => openai({ model: 'm', ...options })

/** A server with one answer. It keeps what it was sent. */
function server(response: Response) {
  const seen: RequestInit[] = []
  const fetch: typeof globalThis.fetch = async (_, init = {}) => {
    seen.push(init)
    return response
  }
  return { fetch, seen }
}

describe('stalls', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('S4: silence for a minute is an error, closes the connection, and is not asked again', async () => {
    const { body, response } = openBody(say('partial'))
    const { fetch, seen } = server(response)
    const reading = read(model({ fetch }))
    await vi.advanceTimersByTimeAsync(59_000)
    expect(body.cancelled).toBe(false)
    await vi.advanceTimersByTimeAsync(61_000)
    expect(await reading).toMatchObject({ text: 'partial', error: { message: 'openai sent nothing for 60000 ms', retryable: true } })
    expect([body.cancelled, seen.length, seen[0]?.signal?.aborted, vi.getTimerCount()]).toEqual([true, 1, true, 0])
  })

  test('S4: so is a server that never answers', async () => {
    const reading = read(model({ fetch: () => new Promise(() => {}), idleTimeoutMs: 500 }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(await reading).toMatchObject({ error: { message: 'openai sent nothing for 500 ms' } })
  })

  test('S4: a server that stalls after the finish reason has given its whole answer', async () => {
    const { response } = openBody(say('all', 'stop'))
    const reading = read(model({ fetch: server(response).fetch }))
    await vi.advanceTimersByTimeAsync(120_000)
    expect(await reading).toMatchObject({ text: 'all', error: undefined })
  })
})

describe('aborting', () => {
  test('before the start asks nothing', async () => {
    const { fetch, seen } = server(new Response(say('hi', 'stop')))
    const { error } = await read(model({ fetch }), AbortSignal.abort('stop'))
    expect([error, seen.length]).toEqual(['stop', 0])
  })

  test('in the middle aborts the request, cancels the body, reads nothing more and throws the reason', async () => {
    const { body, response } = openBody(say('a'), say('b'), say('c'))
    const { fetch, seen } = server(response)
    const controller = new AbortController()
    const texts: string[] = []
    const reading = (async () => {
      for await (const delta of model({ fetch }).stream(request, { signal: controller.signal })) {
        if (delta.type === 'text') texts.push(delta.text)
        if (texts.length === 2) controller.abort('stop')
      }
    })()
    await expect(reading).rejects.toBe('stop')
    expect([texts, body.cancelled, body.reads, seen[0]?.signal?.aborted]).toEqual([['a', 'b'], true, 2, true])
  })

  test('ends a wait for a server that ignores it, and drops the answer that comes too late', async () => {
    const controller = new AbortController()
    let respond = (_: Response): void => {}
    const late = openBody(say('late'))
    const reading = read(model({ fetch: () => new Promise((resolve) => (respond = resolve)) }), controller.signal)
    controller.abort('stop')
    expect((await reading).error).toBe('stop')
    respond(late.response)
    await vi.waitFor(() => expect(late.body.cancelled).toBe(true))
  })

  test('ends the wait before a retry', async () => {
    const controller = new AbortController()
    const { fetch, seen } = server(new Response('', { status: 429, headers: { 'retry-after': '20' } }))
    const reading = read(model({ fetch }), controller.signal)
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    controller.abort('stop')
    expect([(await reading).error, seen.length]).toEqual(['stop', 1])
  })

  test('leaving the loop early closes the connection too', async () => {
    const { body, response } = openBody(say('a'), say('b'))
    for await (const _ of model({ fetch: server(response).fetch }).stream(request, { signal: new AbortController().signal })) break
    expect(body.cancelled).toBe(true)
  })
})
