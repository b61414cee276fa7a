import { expect, test } from 'vitest'
import { type OllamaOptions, ollama } from './provider.ts'

const last = `${JSON.stringify({ message: { content: 'Hi' }, done: true, eval_count: 1 })}\n`

async function sent(options: Partial<OllamaOptions>, contentType = 'application/x-ndjson') {
  let seen: { url: string; authorization: string | null; body: unknown } | undefined
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    seen = { url: String(url), authorization: new Headers(init.headers).get('authorization'), body: JSON.parse(String(init.body)) }
    return new Response(last, { headers: { 'content-type': contentType } })
  }
  const provider = ollama({ model: 'm', fetch, ...options })
  const deltas = []
  for await (const delta of provider.stream({ messages: [] }, { signal: new AbortController().signal })) deltas.push(delta)
  return { seen, deltas, info: provider.info }
}

test('the request goes to the chat of the local server, without a key', async () => {
  expect((await sent({})).seen).toMatchObject({ url: 'http://localhost:11434/api/chat', authorization: null, body: { stream: true } })
})

test('or to a hosted one, with a key, and with options of the model', async () => {
  const { seen } = await sent({ baseURL: 'https://ollama.example/', apiKey: 'key', modelOptions: { num_ctx: 8192 }, parameters: { temperature: 0 } })
  expect(seen).toMatchObject({ url: 'https://ollama.example/api/chat', authorization: 'Bearer key', body: { options: { num_ctx: 8192, temperature: 0 } } })
})

test('asked not to stream, it takes the answer in one piece', async () => {
  const { seen, deltas, info } = await sent({ stream: false }, 'application/json; charset=utf-8')
  expect([seen?.body, info.supportsStreaming]).toMatchObject([{ stream: false }, false])
  expect(deltas).toEqual([
    { type: 'text', text: 'Hi' },
    { type: 'usage', usage: { inputTokens: 0, outputTokens: 1 } },
    { type: 'finish', reason: 'stop' },
  ])
})
