import { describe, expect, test, vi } from 'vitest'
import { createAgentClient, isAgentStreamError, ProtocolError, StreamInterruptedError } from '../src/index.ts'
import { defaultRetry, retryDelayMs } from '../src/run/retry.ts'
import { scriptedFetch } from '../src/testing.ts'
import { done, html, httpError, runOf } from './support.ts'

describe('answers that are no stream', () => {
  test.each([400, 401, 403, 404, 409, 410, 413, 415, 422])('N28: %i is one attempt and a typed error with the status', async (status) => {
    const { error, state, requests } = await runOf([{ status, headers: { 'content-type': 'application/json' }, body: '{"error":"no"}' }])
    expect(httpError(error)).toMatchObject({ code: 'http', status, retryable: false, body: '{"error":"no"}' })
    expect(state).toMatchObject({ status: 'failed', failure: { code: 'http', phase: 'connect', status, retryable: false } })
    expect(requests).toHaveLength(1)
  })

  test.each([408, 425, 429, 500, 502, 503, 504])('N29: %i is tried again, and the next answer counts', async (status) => {
    const { error, state, requests } = await runOf([{ status }, { status }, { body: done }])
    expect(error).toBeUndefined()
    expect(state.status).toBe('completed')
    expect(requests).toHaveLength(3)
  })

  test('N29: every attempt starts the same run, with fresh headers', async () => {
    let token = 0
    const { requests } = await runOf([{ status: 503 }, { body: done }], { headers: () => ({ authorization: `Bearer ${++token}` }) })
    expect(requests.map((request) => request.headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2'])
    expect(JSON.parse(requests[0]?.body ?? '').run_id).toBe(JSON.parse(requests[1]?.body ?? '').run_id)
  })

  test('N29: after the last attempt the status is told', async () => {
    const { error, state, requests } = await runOf([{ status: 500, body: 'x'.repeat(10_000) }])
    expect(httpError(error)).toMatchObject({ status: 500, retryable: true })
    expect(httpError(error).body).toHaveLength(4096)
    expect(state.failure).toMatchObject({ status: 500, retryable: true })
    expect(requests).toHaveLength(4)
  })

  test('N30: Retry-After is waited for, and capped at a minute', () => {
    expect(retryDelayMs(defaultRetry, 1, { retryAfterMs: 3000, random: 0 })).toBe(3000)
    expect(retryDelayMs(defaultRetry, 1, { retryAfterMs: 86_400_000, random: 0 })).toBe(60_000)
    expect([1, 2, 3, 9].map((attempt) => retryDelayMs(defaultRetry, attempt, { random: 1 }))).toEqual([300, 600, 1200, 10_000])
  })

  test.each([
    ['{"error":{"code":"unknown_agent","message":"No agent of this name"}}', /answered 404: unknown_agent$/],
    ['{"error":{"code":"Incorrect API key: sk-1"}}', /answered 404$/],
    ['<html>"code"', /answered 404$/],
  ])('what the server calls its reason is told with the status, and nothing else that it says: %s', async (body, message) => {
    const { error } = await runOf([{ status: 404, body }])
    expect(httpError(error)).toMatchObject({ body, message: expect.stringMatching(message) })
  })

  test('N30: a 429 tells the wait it was given', async () => {
    const { error, state } = await runOf([{ status: 429, headers: { 'retry-after': '7' } }], { retry: false })
    expect(httpError(error)).toMatchObject({ status: 429, retryAfterMs: 7000, retryable: true })
    expect(state.failure).toMatchObject({ status: 429, retryAfterMs: 7000 })
  })

  test.each([
    ['an HTML page', html, /text\/html/],
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{"text":"Hi"}' }, /application\/json/],
  ])('N31: %s with 200 is a protocol error, tried once, with no event', async (_, response, message) => {
    const { error, state, requests } = await runOf([response])
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ code: 'protocol', retryable: false, message: expect.stringMatching(message), excerpt: response.body })
    expect(state).toMatchObject({ status: 'failed', counts: { events: 0 } })
    expect(requests).toHaveLength(1)
  })

  test('N31: an HTML page mislabelled as a stream yields no event and is truncated', async () => {
    const { error, state } = await runOf([{ body: html.body }])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(state).toMatchObject({ status: 'truncated', counts: { events: 0 } })
  })

  test('N32: 204 is not tried again', async () => {
    const { error, requests } = await runOf([{ status: 204 }])
    expect(error).toMatchObject({ code: 'protocol', message: expect.stringContaining('204 with no body') })
    expect(requests).toHaveLength(1)
  })

  test('N43: of an endless error body only the beginning is read', async () => {
    let chunks = 0
    function* endless() {
      for (;;) {
        chunks++
        yield 'x'.repeat(1000)
      }
    }
    const { error } = await runOf([{ status: 400, body: { [Symbol.iterator]: endless } }])
    expect(httpError(error).body).toHaveLength(4096)
    expect(chunks).toBeLessThan(10)
  })

  test.each([
    ['upper case with parameters', 'Text/Event-Stream; charset=UTF-8', 'completed'],
    ['none', '', 'failed'],
    ['binary', 'application/octet-stream', 'failed'],
  ])('N44: content type %s', async (_, type, status) => {
    const { state } = await runOf([{ headers: type ? { 'content-type': type } : {}, body: done }])
    expect(state.status).toBe(status)
  })

  test('N7 N60: a server that cannot be reached is tried four times and then told, with the cause', async () => {
    const { error, state, requests } = await runOf([new TypeError('fetch failed')])
    expect(error).toMatchObject({ code: 'interrupted', retryable: true, cause: expect.any(TypeError) })
    expect(state).toMatchObject({ status: 'truncated', connection: { phase: 'closed', attempt: 4 } })
    expect(requests).toHaveLength(4)
  })

  test('N10: the waits between attempts grow', async () => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { fetch, requests } = scriptedFetch(new TypeError('fetch failed'))
    const run = createAgentClient({ url: '/api', fetch }).run('x')
    const failed = run.result().catch((error: unknown) => error)
    const at: number[] = []
    for (let ms = 0; ms <= 2200; ms += 50) {
      await vi.advanceTimersByTimeAsync(ms === 0 ? 0 : 50)
      while (at.length < requests.length) at.push(ms)
    }
    expect(at).toEqual([0, 300, 900, 2100])
    expect(isAgentStreamError(await failed)).toBe(true)
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
})
