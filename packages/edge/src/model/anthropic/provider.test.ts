import { expect, test } from 'vitest'
import { ProviderError } from '../../errors.ts'
import { type AnthropicOptions, anthropic } from './provider.ts'

const key = 'sk-ant-very-secret'
const stop = 'data: {"type":"message_start","message":{}}\n\ndata: {"type":"message_stop"}\n\n'

async function sent(options: Partial<AnthropicOptions>, answer = () => new Response(stop)) {
  let seen: { url: string; headers: Headers; body: unknown } | undefined
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    seen = { url: String(url), headers: new Headers(init.headers), body: JSON.parse(String(init.body)) }
    return answer()
  }
  const provider = anthropic({ apiKey: key, model: 'm', fetch, ...options })
  const deltas = []
  for await (const delta of provider.stream({ messages: [{ role: 'user', text: 'hi' }] }, { signal: new AbortController().signal })) deltas.push(delta)
  return { seen, deltas, provider }
}

test('the request goes to messages below any base URL, with the key, the version and further headers', async () => {
  const { seen } = await sent({ baseURL: 'http://localhost:1234/v1/', headers: { 'anthropic-beta': 'a,b' } })
  const { headers } = seen ?? {}
  expect([seen?.url, headers?.get('x-api-key'), headers?.get('anthropic-version'), headers?.get('anthropic-beta')]).toEqual([
    'http://localhost:1234/v1/messages',
    key,
    '2023-06-01',
    'a,b',
  ])
})

test('there is always a token limit; parameters of a run win', async () => {
  expect((await sent({})).seen).toMatchObject({ url: 'https://api.anthropic.com/v1/messages', body: { max_tokens: 4096, stream: true } })
  expect((await sent({ parameters: { maxTokens: 7 } })).seen).toMatchObject({ body: { max_tokens: 7 } })
})

test('asked not to stream, it takes the answer in one piece', async () => {
  const message = { type: 'message', content: [{ type: 'text', text: 'Hi' }], stop_reason: 'end_turn' }
  const { seen, deltas, provider } = await sent({ stream: false }, () => Response.json(message))
  expect([seen?.body, provider.info.supportsStreaming]).toMatchObject([{ stream: false }, false])
  expect(deltas).toEqual([
    { type: 'text', text: 'Hi' },
    { type: 'finish', reason: 'stop' },
  ])
})

test('X15: a key that no header can carry is refused without being repeated', () => {
  const refused = new ProviderError('anthropic', 'The key or a header of the anthropic provider holds a character that a header cannot carry')
  expect(() => anthropic({ model: 'm', apiKey: `${key}\u0000` })).toThrow(refused)
})
