import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenAICompatible as createOpenAICompatibleV3 } from '@ai-sdk/openai-compatible-v3'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hear } from '../../test/model.ts'
import { startServer } from '../../test/node-server.ts'
import { aiSdk } from './ai-sdk/provider.ts'
import { anthropic } from './anthropic/provider.ts'
import { ollama } from './ollama/provider.ts'
import { openai } from './openai/provider.ts'
import type { ModelDelta, StreamingProvider } from './provider.ts'

// Every provider against a server somebody else wrote, and against one that never stops, over real HTTP.

interface Subject {
  readonly make: (url: string, options?: { readonly fetch?: typeof globalThis.fetch; readonly stream?: boolean }) => StreamingProvider
  /** One piece of an endless answer, after what opens it. */
  readonly piece: string
  readonly opening?: string
  readonly contentType?: string
}

const apiKey = 'sk-secret'
const model = 'a-model'
const retry = { attempts: 2, firstDelayMs: 1 }
const chatPiece = 'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'
const blockStart = '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'
const compatible = (url: string, fetch = globalThis.fetch) => ({ name: 'compatible', baseURL: `${url}/v1`, apiKey, fetch })

const subjects: Readonly<Record<string, Subject>> = {
  'openai chat': { make: (url, options) => openai({ ...options, apiKey, model, retry, baseURL: `${url}/v1` }), piece: chatPiece },
  'openai responses': {
    make: (url, options) => openai({ ...options, api: 'responses', apiKey, model, retry, baseURL: `${url}/v1` }),
    piece: 'data: {"type":"response.output_text.delta","output_index":0,"delta":"x"}\n\n',
  },
  anthropic: {
    make: (url, options) => anthropic({ ...options, apiKey, model, retry, baseURL: `${url}/v1` }),
    opening: `data: {"type":"message_start","message":{}}\n\ndata: ${blockStart}\n\n`,
    piece: 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\n',
  },
  ollama: {
    make: (url, options) => ollama({ ...options, apiKey, model, retry, baseURL: url }),
    piece: '{"message":{"content":"x"},"done":false}\n',
    contentType: 'application/x-ndjson',
  },
  'ai-sdk v4': {
    make: (url, { fetch, stream = true } = {}) => aiSdk(createOpenAICompatible(compatible(url, fetch))(model), { retry, stream }),
    piece: chatPiece,
  },
  'ai-sdk v3': {
    make: (url, { fetch, stream = true } = {}) => aiSdk(createOpenAICompatibleV3(compatible(url, fetch))(model), { retry, stream }),
    piece: chatPiece,
  },
}

const long = 'The quick brown fox jumps over the lazy dog. '.repeat(10)
const mock = new LLMock({ port: 0, chunkSize: 8 })

beforeAll(async () => {
  mock.onMessage('hello', { content: 'Hi there, how are you?' })
  mock.onMessage('think', { content: '42', reasoning: 'Let me see.' })
  mock.onMessage('weather', {
    toolCalls: [
      { name: 'weather', arguments: { city: 'Oslo' } },
      { name: 'tide', arguments: { port: 'Brest' } },
    ],
  })
  mock.onMessage('cut', { content: long }, { truncateAfterChunks: 3 })
  mock.onMessage('late', { content: long }, { latency: 5, disconnectAfterMs: 40 })
  mock.onMessage('refused', { error: { message: `the key ${apiKey} is wrong`, type: 'invalid_request_error' }, status: 401 })
  mock.onMessage('busy', { error: { message: 'overloaded', type: 'overloaded_error' }, status: 529 })
  await mock.start()
})
afterAll(() => mock.stop())

const ask = (provider: StreamingProvider, text: string) => hear(provider, { messages: [{ role: 'user', text }] })

function callsOf(deltas: readonly ModelDelta[]): unknown[] {
  const calls = new Map<number, { name: string; text: string }>()
  for (const delta of deltas) {
    if (delta.type !== 'tool_call') continue
    const { name, text } = calls.get(delta.index) ?? { name: '', text: '' }
    calls.set(delta.index, { name: name || (delta.name ?? ''), text: text + (delta.arguments ?? '') })
  }
  return [...calls.values()].map(({ name, text }) => [name, JSON.parse(text)])
}

/** The lines of Ollama 0.9 and later. */
async function thinkAsOllama(): Promise<Response> {
  const lines = [
    { message: { role: 'assistant', content: '', thinking: 'Let me ' }, done: false },
    { message: { role: 'assistant', content: '', thinking: 'see.' }, done: false },
    { message: { role: 'assistant', content: '42' }, done: false },
    { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 5, eval_count: 3 },
  ]
  const text = lines.map((line) => `${JSON.stringify({ model, ...line })}\n`).join('')
  return new Response(text, { headers: { 'content-type': 'application/x-ndjson' } })
}

describe.each(Object.entries(subjects))('%s, with a server somebody else wrote', (name, { make }) => {
  test('text arrives in pieces and ends with a finish', async () => {
    const { text, deltas, error } = await ask(make(mock.url), 'hello')
    expect([text, deltas.at(-1), error]).toEqual(['Hi there, how are you?', { type: 'finish', reason: 'stop' }, undefined])
    expect(deltas.filter((delta) => delta.type === 'text').length).toBeGreaterThan(1)
  })

  test('thinking is kept apart from the answer', async () => {
    // That server gives Ollama's thinking a name that Ollama does not use.
    const { url, close } = name === 'ollama' ? await startServer(thinkAsOllama) : { url: mock.url, close: () => {} }
    expect(await ask(make(url), 'think')).toMatchObject({ text: '42', thinking: 'Let me see.', error: undefined })
    close()
  })

  test('calls arrive with their arguments', async () => {
    const { deltas, error } = await ask(make(mock.url), 'weather')
    expect([callsOf(deltas), deltas.at(-1), error]).toEqual([
      [
        ['weather', { city: 'Oslo' }],
        ['tide', { port: 'Brest' }],
      ],
      { type: 'finish', reason: 'tool_calls' },
      undefined,
    ])
  })

  test('an answer in one piece says the same', async () => {
    const provider = make(mock.url, { stream: false })
    expect(provider.info.supportsStreaming).toBe(false)
    expect(await ask(provider, 'hello')).toMatchObject({ text: 'Hi there, how are you?', error: undefined })
    expect(callsOf((await ask(provider, 'weather')).deltas)).toHaveLength(2)
  })

  test.each(['cut', 'late'])('S3: a connection that is torn (%s) is an error after the partial text', async (fault) => {
    const { text, error, deltas } = await ask(make(mock.url), fault)
    expect(error).toMatchObject({ code: 'provider', retryable: true })
    expect([long.startsWith(text) && text.length < long.length, deltas.some((delta) => delta.type === 'finish')]).toEqual([true, false])
  })

  test('S5: a server that stays busy is an error that may be asked again', async () => {
    expect((await ask(make(mock.url), 'busy')).error).toMatchObject({ code: 'provider', status: 529, retryable: true })
  })

  test('S7: a refused key is told without the key', async () => {
    const { error } = await ask(make(mock.url), 'refused')
    expect(error).toMatchObject({ code: 'provider', status: 401, retryable: false })
    expect(`${error} ${JSON.stringify(error)}`).not.toContain(apiKey)
  })
})

/** A server that speaks without end, and tells when its connection was closed. */
async function endlessServer({ opening = '', piece, contentType = 'text/event-stream' }: Subject) {
  let tell: (at: number) => void = () => {}
  const closed = new Promise<number>((resolve) => {
    tell = resolve
  })
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': contentType })
    response.write(opening)
    const timer = setInterval(() => response.write(piece), 5)
    response.on('close', () => {
      clearInterval(timer)
      tell(performance.now())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server has an address object while it listens.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, closed, stop: () => server.close() }
}

/** A fetch that notes when the last byte was taken out of an answer. */
function watchedFetch() {
  const watch = { lastByteAt: 0, bytes: 0 }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    const note = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        watch.lastByteAt = performance.now()
        watch.bytes += chunk.byteLength
        controller.enqueue(chunk)
      },
    })
    return new Response(response.body?.pipeThrough(note) ?? null, response)
  }
  return { fetch, watch }
}

describe.each(Object.entries(subjects))('%s, cancelled', (_, subject) => {
  test('no byte is read later than a second after, and the server sees its connection closed', async () => {
    const { url, closed, stop } = await endlessServer(subject)
    const { fetch, watch } = watchedFetch()
    const controller = new AbortController()
    let heard = 0
    let cancelledAt = Number.NaN
    const reading = (async () => {
      for await (const _ of subject.make(url, { fetch }).stream({ messages: [{ role: 'user', text: 'go' }] }, { signal: controller.signal })) {
        if (++heard < 3) continue
        cancelledAt = performance.now()
        controller.abort('stop')
      }
    })()
    await expect(reading).rejects.toBe('stop')
    const closedAt = await closed
    stop()
    expect([heard, watch.bytes > 0]).toEqual([3, true])
    expect(closedAt - cancelledAt).toBeLessThan(1000)
    expect(watch.lastByteAt - cancelledAt).toBeLessThan(1000)
  })
})
