import { pipe, sse } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { StreamDelta } from '../call-provider.ts'
import { anthropicDeltas } from './deltas.ts'

type Event = { readonly type: string; readonly [name: string]: unknown }
const wire = (...events: readonly Event[]): string => events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const begin: Event = { type: 'message_start', message: { content: [], stop_reason: null } }
const open = (index: number, content_block: object): Event => ({ type: 'content_block_start', index, content_block })
const piece = (index: number, delta: object): Event => ({ type: 'content_block_delta', index, delta })
const close = (index: number): Event => ({ type: 'content_block_stop', index })
const stop: Event = { type: 'message_stop' }
const end = (stop_reason: string, usage?: object): Event[] => [{ type: 'message_delta', delta: { stop_reason }, usage }, stop]
const text = (index: number, said: string): Event[] => [open(index, { type: 'text', text: '' }), piece(index, { type: 'text_delta', text: said }), close(index)]
const tool = { type: 'tool_use', id: 'toolu_1', name: 'tide', input: {} }
const json = (index: number, partial_json: string): Event => piece(index, { type: 'input_json_delta', partial_json })

function read(...events: readonly Event[]): StreamDelta[] {
  const stage = pipe(sse.decoder(), anthropicDeltas())
  return [...stage.push(new TextEncoder().encode(wire(...events))), ...stage.end()]
}
const failureOf = (deltas: readonly StreamDelta[]) => {
  const last = deltas.at(-1)
  return last?.type === 'failure' ? { message: last.error.message, retryable: last.error.retryable } : undefined
}
const usageOf = (deltas: readonly StreamDelta[]) => deltas.flatMap((delta) => (delta.type === 'usage' ? [delta.usage] : []))
const keptOf = (deltas: readonly StreamDelta[]) => deltas.flatMap((delta) => (delta.type === 'provider_data' ? [delta.data['anthropic']] : []))[0]
const callsOf = (deltas: readonly StreamDelta[]) => deltas.filter((delta) => delta.type === 'tool_call')

describe('what a model says', () => {
  test('text; pings, citations and kinds nobody knows yet say nothing', () => {
    const later = [{ type: 'ping' }, piece(0, { type: 'citations_delta', citation: { url: 'x' } }), piece(0, { type: 'new_delta' }), { type: 'new_event' }]
    expect(read(begin, open(0, { type: 'text', text: 'He' }), ...later, piece(0, { type: 'text_delta', text: 'llo' }), close(0), ...end('end_turn'))).toEqual([
      { type: 'text', text: 'He' },
      { type: 'text', text: 'llo' },
      { type: 'finish', reason: 'stop' },
      { type: 'done' },
    ])
  })

  test('thinking goes back with its signature, in its place', () => {
    const thinking = [
      open(0, { type: 'thinking', thinking: '', signature: '' }),
      piece(0, { type: 'thinking_delta', thinking: 'Hm' }),
      piece(0, { type: 'thinking_delta', thinking: '.' }),
      piece(0, { type: 'signature_delta', signature: 'sig' }),
      close(0),
    ]
    const deltas = read(begin, ...thinking, ...text(1, 'Look.'), open(2, tool), json(2, '{}'), close(2), ...end('tool_use'))
    expect(deltas.slice(0, 3)).toEqual([
      { type: 'thinking', text: 'Hm' },
      { type: 'thinking', text: '.' },
      { type: 'text', text: 'Look.' },
    ])
    expect(keptOf(deltas)).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
      { type: 'text', text: 'Look.' },
      { type: 'tool_use', index: 0 },
    ])
  })

  test('hidden thinking, tools that run at Anthropic, their results and summaries say nothing and go back whole', () => {
    const result = { type: 'web_search_tool_result', tool_use_id: 'srv_1', content: [{ url: 'https://a.example' }] }
    const deltas = read(
      begin,
      open(0, { type: 'redacted_thinking', data: 'opaque' }),
      close(0),
      open(1, { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: {} }),
      json(1, '{"query":'),
      json(1, '"tide"}'),
      close(1),
      open(2, result),
      close(2),
      open(3, { type: 'compaction', content: null }),
      piece(3, { type: 'compaction_delta', content: 'Before: much.' }),
      close(3),
      ...text(4, 'High.'),
      ...end('end_turn'),
    )
    expect(deltas.filter((delta) => delta.type !== 'provider_data')).toEqual([
      { type: 'text', text: 'High.' },
      { type: 'finish', reason: 'stop' },
      { type: 'done' },
    ])
    expect(keptOf(deltas)).toEqual([
      { type: 'redacted_thinking', data: 'opaque' },
      { type: 'server_tool_use', id: 'srv_1', name: 'web_search', input: { query: 'tide' } },
      result,
      { type: 'compaction', content: 'Before: much.' },
      { type: 'text', text: 'High.' },
    ])
  })

  test('an answer of text and calls alone leaves nothing to go back', () => {
    expect(keptOf(read(begin, ...text(0, 'a'), ...end('end_turn')))).toBeUndefined()
  })

  test.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['pause_turn', 'other'],
    ['constructor', 'other'],
  ])('the stop reason %s means %s', (stated, reason) => {
    expect(read(begin, ...end(stated))).toEqual([{ type: 'finish', reason }, { type: 'done' }])
  })

  test('the stop text that was met is told', () => {
    const met = { type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' } }
    expect(read(begin, met, stop)).toEqual([{ type: 'finish', reason: 'stop', stopText: 'END' }, { type: 'done' }])
    const whole = { type: 'message', content: [], stop_reason: 'stop_sequence', stop_sequence: 'END' }
    expect(read(whole)).toEqual([{ type: 'finish', reason: 'stop', stopText: 'END' }, { type: 'done' }])
  })

  test('S32: the last figures count, and what was cached is part of the input', () => {
    const started = {
      type: 'message_start',
      message: { usage: { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 } },
    }
    expect(usageOf(read(started, ...end('end_turn', { output_tokens: 9 })))).toEqual([
      { inputTokens: 125, outputTokens: 9, cachedInputTokens: 100, cacheWriteInputTokens: 20 },
    ])
    expect(usageOf(read(started, ...end('end_turn', { input_tokens: 7, output_tokens: 9, cache_read_input_tokens: null })))[0]?.inputTokens).toBe(127)
    expect(usageOf(read(begin, ...end('end_turn')))).toEqual([])
  })
})

describe('calls', () => {
  test('are numbered among themselves, whatever stands between, and argued in fragments', () => {
    const second = { ...tool, id: 'toolu_2', name: 'wind' }
    const deltas = read(
      begin,
      ...text(0, 'Look.'),
      open(1, tool),
      json(1, ''),
      json(1, '{"a"'),
      json(1, ':1}'),
      close(1),
      open(2, second),
      json(2, '{}'),
      close(2),
      ...end('tool_use'),
    )
    expect(callsOf(deltas)).toEqual([
      { type: 'tool_call', index: 0, id: 'toolu_1', name: 'tide' },
      { type: 'tool_call', index: 0, arguments: '{"a"' },
      { type: 'tool_call', index: 0, arguments: ':1}' },
      { type: 'tool_call', index: 1, id: 'toolu_2', name: 'wind' },
      { type: 'tool_call', index: 1, arguments: '{}' },
    ])
  })

  test('without a fragment have the arguments they began with', () => {
    const whole = { ...tool, input: { port: 'Brest' } }
    expect(callsOf(read(begin, open(0, tool), json(0, ''), close(0), open(1, whole), close(1), ...end('tool_use'))).slice(1)).toMatchObject([
      { index: 0, arguments: '{}' },
      { index: 1 },
      { index: 1, arguments: '{"port":"Brest"}' },
    ])
  })

  test('may come whole, with the stop reason, in the first event', () => {
    const content = [{ ...tool, input: { port: 'Brest' }, caller: { type: 'code' } }]
    expect(read({ type: 'message_start', message: { content, stop_reason: 'tool_use' } }, stop)).toEqual([
      { type: 'tool_call', index: 0, id: 'toolu_1', name: 'tide' },
      { type: 'tool_call', index: 0, arguments: '{"port":"Brest"}' },
      { type: 'finish', reason: 'tool_calls' },
      { type: 'done' },
    ])
  })

  test('S3: cut by the token limit keep what was said of their arguments, and are never made whole', () => {
    expect(callsOf(read(begin, open(0, tool), json(0, '{"a":'), ...end('max_tokens'))).at(-1)).toEqual({ type: 'tool_call', index: 0, arguments: '{"a":' })
    expect(callsOf(read(begin, open(0, tool), ...end('max_tokens')))).toEqual([{ type: 'tool_call', index: 0, id: 'toolu_1', name: 'tide' }])
  })
})

describe('how a stream ends', () => {
  test('an answer in one piece is its own end', () => {
    const stage = anthropicDeltas()
    const message = { type: 'message', content: [{ type: 'text', text: 'Hi' }, tool], stop_reason: 'tool_use', usage: { input_tokens: 1, output_tokens: 2 } }
    expect([...stage.push({ data: JSON.stringify(message) }), ...stage.end()]).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'tool_call', index: 0, id: 'toolu_1', name: 'tide' },
      { type: 'tool_call', index: 0, arguments: '{}' },
      { type: 'usage', usage: { inputTokens: 1, outputTokens: 2 } },
      { type: 'finish', reason: 'tool_calls' },
      { type: 'done' },
    ])
  })

  test('S3: bytes that end before message_stop are an interruption, also after the stop reason', () => {
    const [delta] = end('end_turn')
    for (const events of [[], [begin], [begin, ...text(0, 'a')], [begin, ...text(0, 'a'), ...(delta ? [delta] : [])]]) {
      expect(failureOf(read(...events))).toEqual({ message: 'anthropic closed the stream before the model had finished', retryable: true })
    }
  })

  test('nothing after message_stop counts', () => {
    expect(read(begin, ...end('end_turn'), ...text(0, 'late')).at(-1)).toEqual({ type: 'done' })
  })

  test.each([
    ['overloaded_error', true],
    ['api_error', true],
    ['rate_limit_error', true],
    ['invalid_request_error', false],
    ['authentication_error', false],
  ])('S6: the error %s ends the stream after what was said, without its text', (type, retryable) => {
    const started = { type: 'message_start', message: { usage: { input_tokens: 3, output_tokens: 1 } } }
    const deltas = read(started, open(0, { type: 'text', text: 'partial' }), { type: 'error', error: { type, message: 'sk-secret' } }, ...end('end_turn'))
    expect(deltas.slice(0, 2)).toEqual([
      { type: 'text', text: 'partial' },
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 1 } },
    ])
    expect(failureOf(deltas)).toEqual({ message: 'anthropic reported an error instead of going on', retryable })
  })

  test('a second message inside the first is a failure, and the open call stays open', () => {
    const deltas = read(begin, open(0, tool), json(0, '{"port":"Br'), begin, open(0, tool), json(0, '{"port":"Brest"}'), close(0), ...end('tool_use'))
    expect(failureOf(deltas)).toMatchObject({ message: 'anthropic sent a second message before the first was over' })
    expect(callsOf(deltas).at(-1)).toEqual({ type: 'tool_call', index: 0, arguments: '{"port":"Br' })
  })

  test('a block that begins twice, or was never begun, is a failure and not guessed at', () => {
    expect(failureOf(read(begin, open(0, tool), open(0, tool)))?.message).toBe('anthropic sent a block twice')
    expect(failureOf(read(begin, json(3, '{}')))?.message).toBe('anthropic sent a piece of a block that is not open')
    expect(failureOf(read(begin, open(0, tool), close(0), json(0, '{}')))?.message).toBe('anthropic sent a piece of a block that is not open')
  })

  test('a frame that is not JSON, or of the wrong shape, is a failure and not skipped', () => {
    const stage = anthropicDeltas()
    expect(failureOf(stage.push({ data: '{broken' }))?.message).toBe('anthropic sent a frame that is not JSON')
    expect(failureOf(read({ type: 'content_block_start', index: 'x' }))?.message).toBe('anthropic sent a chunk of the wrong shape')
  })
})
