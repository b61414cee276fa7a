import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ModelDelta } from '../provider.ts'
import { openai } from './provider.ts'

// Against a provider somebody else wrote, over real HTTP.

const long = 'The quick brown fox jumps over the lazy dog. '.repeat(10)
const mock = new LLMock({ port: 0, chunkSize: 8 })

beforeAll(async () => {
  mock.onMessage('hello', { content: 'Hi there, how are you?' })
  mock.onMessage('think', { content: '42', reasoning: 'Let me see.' })
  mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] })
  mock.onMessage('cut', { content: long }, { truncateAfterChunks: 3 })
  mock.onMessage('late', { content: long }, { latency: 5, disconnectAfterMs: 40 })
  mock.onMessage('refused', { error: { message: 'the key sk-secret is wrong', type: 'invalid_request_error' }, status: 401 })
  await mock.start()
})
afterAll(() => mock.stop())

async function ask(text: string) {
  const provider = openai({ apiKey: 'sk-secret', model: 'gpt-4o', baseURL: `${mock.url}/v1`, retry: { attempts: 2, firstDelayMs: 1 } })
  const deltas: ModelDelta[] = []
  let error: unknown
  try {
    for await (const delta of provider.stream({ messages: [{ role: 'user', text }] }, { signal: new AbortController().signal })) deltas.push(delta)
  } catch (caught) {
    error = caught
  }
  const said = (type: 'text' | 'thinking'): string => deltas.map((delta) => (delta.type === type ? delta.text : '')).join('')
  return { deltas, error, text: said('text'), thinking: said('thinking') }
}

test('text arrives in pieces and ends with a finish', async () => {
  const { text, deltas, error } = await ask('hello')
  expect([text, deltas.at(-1), error]).toEqual(['Hi there, how are you?', { type: 'finish', reason: 'stop' }, undefined])
  expect(deltas.filter((delta) => delta.type === 'text').length).toBeGreaterThan(1)
})

test('thinking is kept apart from the answer', async () => {
  expect(await ask('think')).toMatchObject({ text: '42', thinking: 'Let me see.' })
})

test('the arguments of a call arrive in fragments', async () => {
  const { deltas } = await ask('weather')
  const calls = deltas.filter((delta) => delta.type === 'tool_call')
  expect(calls[0]).toMatchObject({ index: 0, name: 'weather', id: expect.any(String) })
  expect(calls.map((delta) => delta.arguments ?? '').join('')).toBe('{"city":"Oslo"}')
  expect(deltas.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
})

test.each(['cut', 'late'])('S3: a connection that is torn (%s) is an error after the partial text', async (fault) => {
  const { text, error } = await ask(fault)
  expect(error).toMatchObject({ code: 'provider', retryable: true })
  expect(long.startsWith(text) && text.length < long.length).toBe(true)
})

test('S7: a refused key is told without the key', async () => {
  const { error } = await ask('refused')
  expect(error).toMatchObject({ status: 401, message: 'openai answered 401: it refused the key' })
})

test('aborting closes the connection to the server, which sees it within a second', async () => {
  let closed: (at: number) => void = () => {}
  const closing = new Promise<number>((resolve) => {
    closed = resolve
  })
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const timer = setInterval(() => response.write('data: {"choices":[{"delta":{"content":"x"}}]}\n\n'), 5)
    response.on('close', () => {
      clearInterval(timer)
      closed(performance.now())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server has an address object while it listens.
  const { port } = server.address() as AddressInfo
  const controller = new AbortController()
  const provider = openai({ model: 'm', baseURL: `http://127.0.0.1:${port}` })
  let abortedAt = Number.NaN
  const reading = (async () => {
    for await (const _ of provider.stream({ messages: [] }, { signal: controller.signal })) {
      abortedAt = performance.now()
      controller.abort('stop')
    }
  })()
  await expect(reading).rejects.toBe('stop')
  expect((await closing) - abortedAt).toBeLessThan(1000)
  server.close()
})
