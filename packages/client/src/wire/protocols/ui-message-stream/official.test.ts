/** The official reader, unmodified, over what our encoder writes. */
import {
  lastAssistantMessageIsCompleteWithToolCalls,
  parseJsonEventStream,
  readUIMessageStream,
  UI_MESSAGE_STREAM_HEADERS,
  type UIMessage,
  type UIMessageChunk,
  uiMessageChunkSchema,
} from 'ai'
import { describe, expect, test } from 'vitest'
import { type AgentEvent, sse, uiMessageStream } from '../../../wire.ts'

function encode(events: readonly AgentEvent[]): string {
  const encoder = uiMessageStream.encoder()
  const frames = [...events.flatMap((event) => encoder.push({ id: 'x-1', event })), ...encoder.end()]
  return frames.map(sse.encode).join(sse.heartbeat)
}

interface Reading {
  readonly chunks: readonly UIMessageChunk[]
  readonly message: UIMessage | undefined
  readonly errors: readonly string[]
}

async function readOfficially(events: readonly AgentEvent[]): Promise<Reading> {
  const stream = new Blob([encode(events)]).stream()
  const chunks: UIMessageChunk[] = []
  const parsed = parseJsonEventStream({ stream, schema: uiMessageChunkSchema }).pipeThrough(
    new TransformStream({
      transform(part, controller: TransformStreamDefaultController<UIMessageChunk>) {
        if (!part.success) throw part.error
        chunks.push(part.value)
        controller.enqueue(part.value)
      },
    }),
  )
  const errors: string[] = []
  let message: UIMessage | undefined
  for await (const next of readUIMessageStream({ stream: parsed, onError: (error) => errors.push(String(error)) })) message = next
  return { chunks, message, errors }
}

const parts = ({ message }: Reading): unknown => JSON.parse(JSON.stringify(message?.parts ?? []))
const call = (id: string, name: string, args: string): AgentEvent => ({ type: 'tool_call_delta', tool_call: { id, function: { name } }, arguments_delta: args })
const done: readonly AgentEvent[] = [
  { type: 'result', output: 'Z', success: true },
  { type: 'completed', success: true },
]

test('the header that names the protocol is the official one', () => expect(UI_MESSAGE_STREAM_HEADERS).toMatchObject(uiMessageStream.headers ?? { none: '' }))

describe('readUIMessageStream', () => {
  test('reads text', async () => {
    const reading = await readOfficially([
      { type: 'started', message_id: 'm-1' },
      { type: 'iteration_start', iteration: 1 },
      { type: 'token', content: 'High water\r\n' },
      { type: 'usage', input_tokens: 3 },
      { type: 'token', content: '\ndata: at 14:05.' },
      ...done,
    ])
    expect(reading.errors).toEqual([])
    expect(reading.message?.id).toBe('m-1')
    expect(parts(reading)).toEqual([{ type: 'step-start' }, { type: 'text', text: 'High water\r\n\ndata: at 14:05.', state: 'done' }])
    expect(reading.chunks.at(-1)).toEqual({ type: 'finish', finishReason: 'stop' })
  })

  test('reads two parallel tools, one of which fails, and the step after them', async () => {
    const reading = await readOfficially([
      { type: 'started' },
      { type: 'iteration_start', iteration: 1 },
      { type: 'thinking_token', content: 'Two questions.' },
      call('a', 'tide', '{"port":'),
      call('b', 'wind', '{}'),
      call('a', 'tide', '"Brest"}'),
      {
        type: 'tool_calls_ready',
        tool_calls: [
          { id: 'a', function: { name: 'tide', arguments: '{"port":"Brest"}' } },
          { id: 'b', function: { name: 'wind', arguments: '{}' } },
        ],
      },
      { type: 'tool_call', tool_name: 'tide', parameters: { port: 'Brest' }, tool_call_id: 'a' },
      { type: 'tool_call', tool_name: 'wind', parameters: {}, tool_call_id: 'b' },
      { type: 'tool_progress', tool_name: 'tide', tool_call_id: 'a', data: 'loading' },
      { type: 'tool_error', tool_name: 'wind', tool_call_id: 'b', error: 'No wind' },
      { type: 'tool_result', tool_name: 'tide', tool_call_id: 'a', result: { high: '14:05' } },
      { type: 'iteration_start', iteration: 2 },
      { type: 'token', content: '14:05.' },
      ...done,
    ])
    expect(reading.errors).toEqual([])
    expect(parts(reading)).toEqual([
      { type: 'step-start' },
      { type: 'reasoning', id: 'part-1', text: 'Two questions.', state: 'done' },
      expect.objectContaining({ type: 'tool-tide', toolCallId: 'a', state: 'output-available', input: { port: 'Brest' }, output: { high: '14:05' } }),
      expect.objectContaining({ type: 'tool-wind', toolCallId: 'b', state: 'output-error', input: {}, errorText: 'No wind' }),
      { type: 'step-start' },
      { type: 'text', text: '14:05.', state: 'done' },
    ])
  })

  test('reads calls without ids, as AIECS sends them, and results that nobody called for', async () => {
    const reading = await readOfficially([
      { type: 'tool_call_delta', tool_call: { index: 0, function: { name: 'tide_high', arguments: '{"p' } } },
      { type: 'tool_call_delta', tool_call: { index: 0, function: { name: 'tide_high', arguments: '{"p":1}' } } },
      { type: 'tool_call', tool_name: 'tide', operation: 'high', parameters: { p: 1 } },
      { type: 'tool_result', tool_name: 'tide', result: 'high' },
      { type: 'tool_result', tool_name: 'chart', result: 'map' },
      ...done,
    ])
    expect(reading.errors).toEqual([])
    expect(parts(reading)).toEqual([
      expect.objectContaining({ type: 'tool-tide_high', toolCallId: 'call-1', input: { p: 1 }, output: 'high' }),
      expect.objectContaining({ type: 'tool-chart', toolCallId: 'call-2', output: 'map' }),
    ])
  })

  test('an answer after tools leaves nothing for a page to send back, whether the agent counts its rounds or not', async () => {
    const isAskedAgain = async (events: readonly AgentEvent[]): Promise<boolean> => {
      const { message } = await readOfficially([...events, ...done])
      return lastAssistantMessageIsCompleteWithToolCalls({ messages: message ? [message] : [] })
    }
    const tool: readonly AgentEvent[] = [
      { type: 'tool_call', tool_name: 'tide', parameters: {}, tool_call_id: 'a' },
      { type: 'tool_result', tool_name: 'tide', result: 'high', tool_call_id: 'a' },
    ]
    const answer: AgentEvent = { type: 'token', content: 'High.' }
    expect(await isAskedAgain(tool)).toBe(true)
    expect(await isAskedAgain([...tool, answer])).toBe(false)
    expect(await isAskedAgain([...tool, { type: 'thinking_token', content: 'Hm.' }, answer])).toBe(false)
    expect(await isAskedAgain([{ type: 'iteration_start', iteration: 1 }, ...tool, { type: 'iteration_start', iteration: 2 }, answer])).toBe(false)
  })

  test('reads approvals, granted and denied', async () => {
    const ask = (id: string): AgentEvent => ({ type: 'approval_request', approval_id: `ap-${id}`, tool_call_id: id, tool_name: 'pay', parameters: { sum: 5 } })
    const reading = await readOfficially([
      ask('a'),
      ask('b'),
      { type: 'approval_response', approval_id: 'ap-a', approved: true },
      { type: 'approval_response', approval_id: 'ap-b', approved: false, reason: 'no' },
      { type: 'approval_response', approval_id: 'nobody', approved: false },
      { type: 'tool_call', tool_name: 'pay', tool_call_id: 'a', parameters: { sum: 5 } },
      { type: 'tool_result', tool_name: 'pay', tool_call_id: 'a', result: 'paid' },
      { type: 'tool_error', tool_name: 'pay', tool_call_id: 'b', error: 'refused' },
      ...done,
    ])
    expect(reading.errors).toEqual([])
    expect(parts(reading)).toMatchObject([
      { state: 'output-available', output: 'paid', approval: { id: 'ap-a', approved: true } },
      { state: 'output-denied', approval: { id: 'ap-b', approved: false, reason: 'no' } },
    ])
  })

  test('reads data, sources and files; what it has no words for stays out of the message', async () => {
    const reading = await readOfficially([
      { type: 'custom', name: 'weather', id: 'w', data: 'loading' },
      { type: 'custom', name: 'weather', id: 'w', data: 'sunny' },
      { type: 'custom', name: 'notice', data: 'x', transient: true },
      { type: 'custom', name: 'message-metadata', data: { tokens: 3 } },
      { type: 'source', source_id: 's', url: 'https://tides.example', title: 'Tides' },
      { type: 'source', source_id: 'd', title: 'Almanac', media_type: 'application/pdf', name: 'a.pdf' },
      { type: 'file', media_type: 'image/png', data: 'AAAA' },
      { type: 'thought', content: 'hm' },
      { type: 'token', content: 'inner', loop_scope: { kind: 'dawp', run_id: 'd' } },
      ...done,
    ])
    expect(reading.errors).toEqual([])
    expect(reading.message?.metadata).toEqual({ tokens: 3 })
    expect(parts(reading)).toEqual([
      { type: 'data-weather', id: 'w', data: 'sunny' },
      { type: 'source-url', sourceId: 's', url: 'https://tides.example', title: 'Tides' },
      { type: 'source-document', sourceId: 'd', title: 'Almanac', mediaType: 'application/pdf', filename: 'a.pdf' },
      { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AAAA' },
    ])
  })

  test.each<[string, readonly AgentEvent[], object, readonly string[]]>([
    ['an error', [{ type: 'error', error: 'Overloaded' }], { type: 'error', errorText: 'Overloaded' }, ['Error: Overloaded']],
    ['a stop', [{ type: 'cancelled', reason: 'enough' }], { type: 'abort', reason: 'enough' }, []],
    ['no success', [{ type: 'result', success: false, reason: 'turns' }, { type: 'completed' }], { type: 'error', errorText: 'turns' }, ['Error: turns']],
    ['a cut', [], { type: 'finish', finishReason: 'interrupted' }, []],
    ['a result alone', [{ type: 'result', output: 'x', stop_reason: 'length' }], { type: 'finish', finishReason: 'length' }, []],
  ])('reads %s as the end', async (_name, end, last, errors) => {
    const reading = await readOfficially([{ type: 'token', content: 'High wat' }, ...end, { type: 'token', content: 'late' }])
    const isOpen = end.length === 0 || end[0]?.type === 'result'
    expect(reading.chunks.at(-1)).toEqual(last)
    expect(reading.errors).toEqual(errors)
    if (!isOpen) expect(parts(reading)).toEqual([{ type: 'text', text: 'High wat', state: 'done' }])
  })

  test('a first step that is tried again shows the second try only', async () => {
    const first: AgentEvent = { type: 'iteration_start', iteration: 1 }
    const reading = await readOfficially([first, { type: 'token', content: 'Wrong' }, first, { type: 'token', content: 'Right' }, ...done])
    expect(parts(reading)).toEqual([{ type: 'step-start' }, { type: 'text', text: 'Right', state: 'done' }])
  })

  test('the stream ends with [DONE], once', () => {
    for (const events of [[], done, [{ type: 'error', error: 'x' } as const, ...done]]) expect(encode(events).match(/\[DONE\]/g)).toHaveLength(1)
  })
})
