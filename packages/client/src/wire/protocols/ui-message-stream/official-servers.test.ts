/** Our own client reads what the AI SDK's server side makes of models and tools, unmodified: `streamText` and `createUIMessageStream`. */
import { createUIMessageStream, createUIMessageStreamResponse, jsonSchema, simulateReadableStream, stepCountIs, streamText, tool } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, test, vi } from 'vitest'
import { createAgentClient, immediately, selectText, selectToolCalls } from '../../../index.ts'
import { type AgentEvent, uiMessageStream } from '../../../wire.ts'

type Piece = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never

const usage = { inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 }, outputTokens: { total: 2, text: 2, reasoning: 0 } }
const finish = (unified: 'stop' | 'tool-calls' | 'error'): Piece => ({ type: 'finish', finishReason: { unified, raw: unified }, usage })
const say = (delta: string): Piece[] => [
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta },
  { type: 'text-end', id: '1' },
]
const call = (toolCallId: string, toolName: string, input = '{"port":"Ys"}'): Piece[] => [
  { type: 'tool-input-start', id: toolCallId, toolName },
  { type: 'tool-input-delta', id: toolCallId, delta: input },
  { type: 'tool-input-end', id: toolCallId },
  { type: 'tool-call', toolCallId, toolName, input },
]

const inputSchema = jsonSchema<{ port: string }>(
  { type: 'object', properties: { port: { type: 'string' } } },
  {
    validate: (value) =>
      typeof Object(value).port === 'string' ? { success: true, value: { port: Object(value).port } } : { success: false, error: new Error('no port') },
  },
)
const tools = {
  tide: tool({ inputSchema, execute: ({ port }) => ({ hour: 6, port }) }),
  slow: tool({
    inputSchema,
    async *execute() {
      yield 'half'
      yield 'whole'
    },
  }),
  chart: tool({
    inputSchema,
    execute: (): string => {
      throw new Error('fog')
    },
  }),
  pay: tool({ inputSchema, needsApproval: true, execute: () => 'paid' }),
}

/** The turns of a model, with the AI SDK between it and the wire. */
function answer(turns: readonly Piece[][], abortSignal?: AbortSignal): Response {
  const rest = [...turns]
  const model = new MockLanguageModelV4({
    doStream: async () => ({ stream: simulateReadableStream({ chunks: [{ type: 'stream-start', warnings: [] }, ...(rest.shift() ?? [])] }) }),
  })
  const options = { model, prompt: 'hi', tools, stopWhen: stepCountIs(5), onError() {}, ...(abortSignal ? { abortSignal } : {}) }
  return streamText(options).toUIMessageStreamResponse({ sendSources: true, onError: (error) => String(error) })
}

async function read(response: Response) {
  const events: AgentEvent[] = []
  const client = createAgentClient({ url: 'https://x.example', protocol: uiMessageStream, fetch: async () => response, retry: false })
  const run = client.run('hi', { schedule: immediately, onEvent: (event) => void events.push(event) })
  const { status, output, state } = await run.result()
  const calls = selectToolCalls(state).map((part) => [part.toolName, part.status, part.result ?? part.error])
  return {
    status,
    output,
    text: selectText(state),
    calls,
    failure: state.failure?.message,
    custom: state.custom,
    types: events.map(({ type }) => type),
    events,
  }
}

describe('streamText', () => {
  test('with reasoning, tools of which one fails, a source and a file', async () => {
    const reasoning: Piece[] = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'The moon.' },
      { type: 'reasoning-end', id: 'r' },
    ]
    const first = [...reasoning, ...say('Look. '), ...call('a', 'tide'), ...call('b', 'chart'), finish('tool-calls')]
    const source: Piece = { type: 'source', sourceType: 'url', id: 's', url: 'https://s.example', title: 'Tides' }
    const file: Piece = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } }
    const reading = await read(answer([first, [source, file, ...say('At six.'), finish('stop')]]))
    expect(reading).toMatchObject({ status: 'completed', output: 'At six.', text: 'Look. At six.' })
    expect(reading.calls).toEqual([
      ['tide', 'done', { hour: 6, port: 'Ys' }],
      ['chart', 'failed', 'Error: fog'],
    ])
    expect(reading.events).toEqual(
      expect.arrayContaining([
        { type: 'thinking_token', content: 'The moon.' },
        { type: 'source', source_id: 's', url: 'https://s.example', title: 'Tides' },
        { type: 'file', media_type: 'image/png', data: 'AAAA' },
      ]),
    )
  })

  test('with results that come before they are whole', async () => {
    const reading = await read(
      answer([
        [...call('a', 'slow'), finish('tool-calls')],
        [...say('ok'), finish('stop')],
      ]),
    )
    expect(reading.calls).toEqual([['slow', 'done', 'whole']])
    expect(reading.events).toContainEqual({ type: 'tool_progress', tool_name: 'slow', tool_call_id: 'a', data: 'half' })
  })

  test.each([
    ['do not fit', 'tide', '{"prt":1}', 'no port'],
    ['are no JSON', 'tide', '{"prt"', 'JSON parsing failed'],
    ['are for a tool that is not there', 'anchor', '{}', 'unavailable tool'],
  ])('with arguments that %s', async (_, name, input, error) => {
    const reading = await read(
      answer([
        [...call('a', name, input), finish('tool-calls')],
        [...say('ok'), finish('stop')],
      ]),
    )
    expect(reading).toMatchObject({ status: 'completed', text: 'ok', calls: [[name, 'failed', expect.stringContaining(error)]] })
    expect(reading.types.filter((type) => type === 'tool_error')).toHaveLength(1)
  })

  test('that waits for approval has ended its turn with the question', async () => {
    const reading = await read(answer([[...call('a', 'pay'), finish('tool-calls')]]))
    expect(reading.status).toBe('completed')
    expect(reading.events).toContainEqual(
      expect.objectContaining({ type: 'approval_request', tool_name: 'pay', tool_call_id: 'a', parameters: { port: 'Ys' } }),
    )
    expect(reading.events.at(-2)).toMatchObject({ type: 'result', stop_reason: 'tool-calls' })
  })

  test('whose model breaks', async () => {
    const turn: Piece[] = [...say('Half'), { type: 'error', error: new Error('dry') }, finish('error')]
    expect(await read(answer([turn]))).toMatchObject({ status: 'failed', text: 'Half', failure: 'Error: dry' })
  })

  test('that is aborted', async () => {
    const stop = new AbortController()
    const stream = new ReadableStream<Piece>({
      start(controller) {
        for (const piece of say('Half').slice(0, 2)) controller.enqueue(piece)
        stop.signal.addEventListener('abort', () => controller.error(stop.signal.reason))
      },
    })
    const model = new MockLanguageModelV4({ doStream: async () => ({ stream }) })
    const response = streamText({ model, prompt: 'hi', abortSignal: stop.signal }).toUIMessageStreamResponse()
    const client = createAgentClient({ url: 'https://x.example', protocol: uiMessageStream, fetch: async () => response, retry: false })
    const run = client.run('hi', { schedule: immediately })
    await vi.waitFor(() => expect(selectText(run.getSnapshot())).toBe('Half'))
    stop.abort()
    expect((await run.result()).status).toBe('cancelled')
  })
})

describe('createUIMessageStream', () => {
  type Writer = Parameters<Parameters<typeof createUIMessageStream>[0]['execute']>[0]['writer']
  const written = (execute: (writer: Writer) => void | Promise<void>) =>
    createUIMessageStreamResponse({ stream: createUIMessageStream({ execute: ({ writer }) => execute(writer), onError: String }) })

  test('with data alone', async () => {
    const reading = await read(written((writer) => writer.write({ type: 'data-weather', data: 'sunny' })))
    expect(reading).toMatchObject({ status: 'completed', custom: { weather: 'sunny' } })
  })

  test('with data before the streams that are merged into it', async () => {
    const reading = await read(
      written((writer) => {
        writer.write({ type: 'data-weather', data: 'sunny' })
        const model = new MockLanguageModelV4({ doStream: async () => ({ stream: simulateReadableStream({ chunks: [...say('High.'), finish('stop')] }) }) })
        writer.merge(streamText({ model, prompt: 'hi' }).toUIMessageStream())
      }),
    )
    expect(reading).toMatchObject({ status: 'completed', output: 'High.', custom: { weather: 'sunny' } })
  })

  test('that throws', async () => {
    const reading = await read(
      written(async (writer) => {
        writer.write({ type: 'text-start', id: 'a' })
        writer.write({ type: 'text-delta', id: 'a', delta: 'Half' })
        throw new Error('dry')
      }),
    )
    expect(reading).toMatchObject({ status: 'failed', text: 'Half', failure: 'Error: dry' })
  })
})
