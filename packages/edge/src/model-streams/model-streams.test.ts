import { createAgentClient, immediately } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { autoProtocol, detectProtocol, knownProtocols, type Protocol } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import { anthropicMessages } from './anthropic.ts'
import { ollamaChat } from './ollama.ts'
import { openaiChat, openaiResponses } from './openai.ts'

const sse = (...events: readonly (object | string)[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')
const chunk = (delta: object, finish_reason: string | null = null) => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })
const call = (fields: object) => ({ tool_calls: [{ index: 0, ...fields }] })

/** Says “High tide at six.”, thinks where it can, and asks for a tool. */
const said: readonly { readonly protocol: Protocol; readonly type: string; readonly body: string }[] = [
  {
    protocol: openaiChat,
    type: 'text/event-stream',
    body: sse(
      chunk({ reasoning_content: 'Moon.' }),
      chunk({ content: 'High tide 🌊 ' }),
      chunk({ content: 'at six.' }),
      chunk(call({ id: 'c-1', function: { name: 'bell', arguments: '' } })),
      chunk(call({ function: { arguments: '{"times":' } })),
      chunk(call({ function: { arguments: '3}' } })),
      chunk({}, 'tool_calls'),
      { object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } },
      '[DONE]',
    ),
  },
  {
    protocol: openaiResponses,
    type: 'text/event-stream',
    body: sse(
      { type: 'response.created', response: {} },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'Moon.' },
      { type: 'response.output_text.delta', output_index: 1, delta: 'High tide 🌊 ' },
      { type: 'response.output_text.delta', output_index: 1, delta: 'at six.' },
      { type: 'response.output_item.added', output_index: 2, item: { type: 'function_call', call_id: 'c-1', name: 'bell' } },
      { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"times":3}' },
      { type: 'response.completed', response: { status: 'completed', usage: { input_tokens: 7, output_tokens: 5 } } },
    ),
  },
  {
    protocol: anthropicMessages,
    type: 'text/event-stream',
    body: sse(
      { type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Moon.' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'High tide 🌊 ' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'at six.' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'c-1', name: 'bell', input: {} } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"times":3}' } },
      { type: 'content_block_stop', index: 2 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } },
      { type: 'message_stop' },
    ),
  },
  {
    protocol: ollamaChat,
    type: 'application/x-ndjson',
    body: [
      { model: 'm', message: { role: 'assistant', content: '', thinking: 'Moon.' }, done: false },
      { model: 'm', message: { role: 'assistant', content: 'High tide 🌊 ' }, done: false },
      { model: 'm', message: { role: 'assistant', content: 'at six.' }, done: false },
      {
        model: 'm',
        message: { role: 'assistant', content: '', tool_calls: [{ id: 'c-1', function: { name: 'bell', arguments: { times: 3 } } }] },
        done: false,
      },
      { model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 5 },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  },
]

async function read(protocol: Protocol, type: string, body: string | Uint8Array) {
  const { fetch } = scriptedFetch({ headers: { 'content-type': type }, body: [body] })
  const run = createAgentClient({ url: '/model', fetch, protocol, retry: false }).run('x', { schedule: immediately })
  const result = await run.result().catch(() => undefined)
  return { result, state: run.getSnapshot() }
}
const everybody = autoProtocol({ among: [...knownProtocols, openaiChat, openaiResponses, anthropicMessages, ollamaChat] })

describe.each(said.map((one) => [one.protocol.name, one] as const))('%s, read by a page without an agent', (name, { protocol, type, body }) => {
  test('says what the model said, what it thought, what it used and which tool it asks for', async () => {
    const { result, state } = await read(protocol, type, body)
    expect(result).toMatchObject({ status: 'completed', text: 'High tide 🌊 at six.', output: 'High tide 🌊 at six.' })
    expect(state.main.parts).toMatchObject([
      { kind: 'thinking', text: 'Moon.' },
      { kind: 'text', text: 'High tide 🌊 at six.' },
      { kind: 'tool', toolName: 'bell' },
    ])
    expect(state.usage).toMatchObject({ inputTokens: 7, outputTokens: 5, totalTokens: 12 })
  })
  test('N2: cut at every byte it is never completed, unless all was said', async () => {
    const bytes = new TextEncoder().encode(body)
    const stage = (part: Uint8Array) => {
      const [framing] = protocol.framings ?? []
      const [frames, decoder] = [framing?.decoder(), protocol.decoder()]
      try {
        return [...(frames?.push(part) ?? []), ...(frames?.end() ?? [])].flatMap((frame) => [...decoder.push(frame)]).concat(decoder.end())
      } catch {
        return [] // Cut inside a frame.
      }
    }
    const whole = stage(bytes)
    for (let length = 0; length < bytes.length; length++) {
      const events = stage(bytes.subarray(0, length))
      // Chat completions may end with the finish reason; the figures that come after it may be lost then.
      if (events.some((event) => event.type === 'completed'))
        expect(events.filter(({ type }) => type !== 'usage')).toEqual(whole.filter(({ type }) => type !== 'usage'))
    }
    expect(whole.at(-1)).toEqual({ type: 'completed', success: true })
    expect(whole.filter((event) => event.type === 'tool_calls_ready')).toEqual([
      { type: 'tool_calls_ready', tool_calls: [{ id: 'c-1', function: { name: 'bell', arguments: '{"times":3}' } }] },
    ])
  })
  test('is recognised among all others, and none of theirs is taken for it', async () => {
    const among = [...knownProtocols, openaiChat, openaiResponses, anthropicMessages, ollamaChat]
    expect(detectProtocol({ among, contentType: type, bytes: new TextEncoder().encode(body) })?.protocol.name).toBe(name)
    expect((await read(everybody, type, body)).result).toMatchObject({ status: 'completed', text: 'High tide 🌊 at six.' })
    expect(await read(autoProtocol(), type, body)).toMatchObject({ result: undefined, state: { status: 'failed' } })
  })
})

test('an error in the middle of a stream fails the run, without the provider’s own words', async () => {
  const { state } = await read(openaiChat, 'text/event-stream', sse(chunk({ content: 'Half' }), { error: { message: 'key k-1 is over', code: 503 } }))
  expect(state).toMatchObject({ status: 'failed', main: { parts: [{ text: 'Half' }] }, failure: { code: 'provider', retryable: true } })
  expect(JSON.stringify(state)).not.toContain('k-1')
})
