import { describe, expect, test } from 'vitest'
import { hear, openBody, say } from '../../../test/model.ts'
import { ProviderError } from '../../errors.ts'
import type { ModelRequest, StreamingProvider } from '../provider.ts'
import { type OpenAIOptions, openai } from './provider.ts'

const key = 'sk-very-secret'
const request: ModelRequest = { messages: [{ role: 'user', text: 'a prompt' }] }
const sseType = { 'content-type': 'text/event-stream' }
const answer = (...texts: string[]): string => `${texts.map((text) => say(text)).join('')}${say('', 'stop')}data: [DONE]\n\n`
const ok = (body: BodyInit | null, headers: HeadersInit = sseType): Response => new Response(body, { headers })

/** A server that gives its answers in order, the last one for ever. It keeps what it was sent. */
function server(...answers: (Response | Error)[]) {
  const seen: { url: string; init: RequestInit }[] = []
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    seen.push({ url: String(url), init })
    const next = answers[Math.min(seen.length, answers.length) - 1]
    if (next instanceof Response) return next
    throw next
  }
  return { fetch, seen }
}

const read = (provider: StreamingProvider, signal?: AbortSignal) => hear(provider, request, signal)
const model = (options: Partial<OpenAIOptions>): StreamingProvider => openai({ apiKey: key, model: 'm', sleep: async () => {}, random: () => 0.5, ...options })

const readFrom = async (...answers: (Response | Error)[]) => {
  const { fetch, seen } = server(...answers)
  return { ...(await read(model({ fetch }))), requests: seen.length }
}

describe('the request', () => {
  test('goes to chat completions below any base URL, with the key and further headers', async () => {
    const { fetch, seen } = server(ok(answer('hi')))
    await read(model({ fetch, baseURL: 'http://localhost:1234/v1/?version=2', headers: { 'x-team': 'a' } }))
    const headers = new Headers(seen[0]?.init.headers)
    expect([seen[0]?.url, headers.get('authorization'), headers.get('x-team')]).toEqual([
      'http://localhost:1234/v1/chat/completions?version=2',
      `Bearer ${key}`,
      'a',
    ])
  })

  test('needs no key for servers that ask for none', async () => {
    const { fetch, seen } = server(ok(answer('hi')))
    await read(model({ fetch, apiKey: undefined }))
    expect(new Headers(seen[0]?.init.headers).has('authorization')).toBe(false)
  })

  test('names the token limit as OpenAI does, or as everybody else does; parameters of a run win', async () => {
    const bodies = []
    for (const baseURL of [undefined, 'http://localhost/v1']) {
      const { fetch, seen } = server(ok(answer('hi')))
      const provider = model({ fetch, baseURL, parameters: { maxTokens: 1, temperature: 1, extra: { seed: 1 } } })
      for await (const _ of provider.stream({ ...request, parameters: { maxTokens: 2 } }, { signal: new AbortController().signal }));
      bodies.push(JSON.parse(String(seen[0]?.init.body)))
    }
    expect(bodies).toMatchObject([
      { max_completion_tokens: 2, temperature: 1, seed: 1 },
      { max_tokens: 2, temperature: 1, seed: 1 },
    ])
  })

  test.each(['nonsense', 'ftp://a.example'])('a base URL that cannot work (%s) is refused at once', (baseURL) => {
    expect(() => openai({ model: 'm', baseURL })).toThrow(ProviderError)
  })

  test('X15: a key that no header can carry is refused without being repeated', () => {
    const refused = (): unknown => {
      try {
        return openai({ model: 'm', apiKey: `sk-\u0000${key}` })
      } catch (error) {
        return error
      }
    }
    const error = refused()
    expect(error).toBeInstanceOf(ProviderError)
    expect(`${error} ${error instanceof Error ? error.cause : ''}`).not.toContain(key)
  })

  test('X15: the provider object does not hold the key', () => {
    const provider = model({})
    expect(JSON.stringify(provider)).not.toContain(key)
    expect(Object.keys(provider)).toEqual(['info', 'stream'])
  })
})

describe('answers that are no stream', () => {
  test.each([
    [400, 'it could not use the request', false],
    [401, 'it refused the key', false],
    [404, 'no such address or model', false],
    [418, 'it refused the request', false],
  ])('S7: a %i is final, and told without the key or the body', async (status, meaning, retryable) => {
    const { error, requests } = await readFrom(new Response(`{"error":"key ${key} is wrong"}`, { status }))
    expect(error).toMatchObject({ code: 'provider', status, retryable, message: `openai answered ${status}: ${meaning}` })
    expect(JSON.stringify(error)).not.toContain(key)
    expect(requests).toBe(1)
  })

  test.each([429, 500, 503, 529])('S5: a %i is asked again, and then works', async (status) => {
    const waits: number[] = []
    const { fetch, seen } = server(new Response('', { status }), new Response('', { status, headers: { 'retry-after': '3' } }), ok(answer('hi')))
    const { text, error } = await read(model({ fetch, sleep: async (ms) => void waits.push(ms) }))
    expect([text, error, seen.length, waits]).toEqual(['hi', undefined, 3, [250, 3000]])
  })

  test('S5: a provider that stays busy is an error that carries its wish, after four requests', async () => {
    const { error, requests } = await readFrom(new Response('', { status: 429, headers: { 'retry-after': '2' } }))
    expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 2000, message: 'openai answered 429: too many requests' })
    expect(requests).toBe(4)
  })

  test('S5: asked to wait too long, it does not wait', async () => {
    const { error, requests } = await readFrom(new Response('', { status: 429, headers: { 'retry-after': '3600' } }))
    expect([requests, error instanceof ProviderError && error.retryAfterMs]).toEqual([1, 3_600_000])
  })

  test('S5: a server that cannot be reached is asked again', async () => {
    const { text, requests } = await readFrom(new TypeError(`fetch failed: ${key}`), ok(answer('hi')))
    expect([text, requests]).toEqual(['hi', 2])
    expect((await readFrom(new TypeError(`fetch failed: ${key}`))).error).toMatchObject({ message: 'openai could not be reached', retryable: true })
  })

  test('retrying can be switched off', async () => {
    const { fetch, seen } = server(new Response('', { status: 500 }))
    expect((await read(model({ fetch, retry: false }))).error).toMatchObject({ status: 500 })
    expect(seen).toHaveLength(1)
  })

  test.each([
    ['an HTML page', '<html>', 'text/html; charset=utf-8', 'openai answered 200 with HTML instead of a stream (text/event-stream)'],
    ['a JSON document', '{}', 'application/json', 'openai answered 200 with JSON instead of a stream (text/event-stream)'],
    ['problem details', '{}', 'application/problem+json', 'openai answered 200 with JSON instead of a stream (text/event-stream)'],
  ])('S8: %s with 200 is an error', async (_, body, type, message) => {
    const { error, requests } = await readFrom(ok(body, { 'content-type': type }))
    expect(error).toMatchObject({ message, status: 200, retryable: false })
    expect(requests).toBe(1)
  })

  test('S8: an empty 200 is an error', async () => {
    expect((await readFrom(ok(null))).error).toMatchObject({ message: 'openai answered 200 without a body' })
    expect((await readFrom(ok(''))).error).toBeInstanceOf(ProviderError)
  })

  test('a stream under a careless content type is still a stream', async () => {
    expect((await readFrom(ok(answer('hi'), { 'content-type': 'application/octet-stream' }))).text).toBe('hi')
  })

  test('a redirect is not followed, so the key stays with its host', async () => {
    const { fetch, seen } = server(new Response(null, { status: 307, headers: { location: 'https://other.example' } }))
    expect((await read(model({ fetch }))).error).toMatchObject({ message: 'openai answered with a redirect, which is not followed' })
    expect(seen.map(({ init }) => init.redirect)).toEqual(['manual'])
  })
})

describe('answers that break', () => {
  test('S3: a clean end in the middle is an error after the partial text, and is not asked again', async () => {
    const { text, error, requests } = await readFrom(ok(say('par') + say('tial')))
    expect([text, requests]).toEqual(['partial', 1])
    expect(error).toMatchObject({ code: 'provider', retryable: true, message: 'openai closed the stream before the model had finished' })
  })

  test('S3: so is a connection that is torn', async () => {
    const torn = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(say('partial')))
      },
      pull: (controller) => controller.error(new TypeError(`terminated ${key}`)),
    })
    const { text, error, requests } = await readFrom(ok(torn))
    expect([text, requests]).toEqual(['partial', 1])
    expect(error).toMatchObject({ retryable: true, message: 'The connection to openai was lost in the middle of the answer' })
  })

  test('a connection torn after the model had finished loses nothing', async () => {
    const torn = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(say('all', 'stop'))),
      pull: (controller) => controller.error(new TypeError('terminated')),
    })
    const { text, deltas, error } = await readFrom(ok(torn))
    expect([text, deltas.at(-1), error]).toEqual(['all', { type: 'finish', reason: 'stop' }, undefined])
  })

  test('S6: an error in the stream is asked again only while nothing was said', async () => {
    const failure = 'data: {"error":{"code":503}}\n\n'
    expect(await readFrom(ok(failure), ok(answer('hi')))).toMatchObject({ text: 'hi', requests: 2 })
    expect(await readFrom(ok(say('a') + failure), ok(answer('hi')))).toMatchObject({ text: 'a', requests: 1, error: { status: 503 } })
  })

  test('S9: an endless line and an endless answer meet a limit', async () => {
    const limits = { eventBytes: 1000, responseBytes: 5000 }
    const endless = (chunk: string): Response => ok(new ReadableStream({ pull: (controller) => controller.enqueue(new TextEncoder().encode(chunk)) }))
    const line = await read(model({ fetch: server(endless('data: '.padEnd(400, 'x'))).fetch, limits }))
    expect(line.error).toMatchObject({ message: expect.stringMatching(/^openai sent a stream that cannot be read.*limit of 1000 bytes$/), retryable: false })
    const answerOf = await read(model({ fetch: server(endless(say('x'))).fetch, limits }))
    expect(answerOf.error).toMatchObject({ message: 'openai sent a stream that cannot be read. The answer is larger than the limit of 5000 bytes' })
  })

  test('[DONE] ends the reading, also when the server keeps the connection open', async () => {
    const { body, response } = openBody(answer('hi'))
    expect((await readFrom(response)).text).toBe('hi')
    expect(body).toMatchObject({ cancelled: true, reads: 1 })
  })
})
