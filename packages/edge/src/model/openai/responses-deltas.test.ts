import { pipe, sse } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { StreamDelta } from '../call-provider.ts'
import { responsesDeltas } from './responses-deltas.ts'

type Event = { readonly type: string; readonly [name: string]: unknown }
const wire = (events: readonly (Event | string)[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('')
const text = (delta: string, output_index = 0): Event => ({ type: 'response.output_text.delta', output_index, delta })
const thought = (delta: string, summary_index = 0): Event => ({ type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index, delta })
const added = (output_index: number, item: object): Event => ({ type: 'response.output_item.added', output_index, item })
const itemDone = (output_index: number, item: object): Event => ({ type: 'response.output_item.done', output_index, item })
const argue = (output_index: number, delta: string): Event => ({ type: 'response.function_call_arguments.delta', output_index, delta })
const completed = (response: object = {}): Event => ({ type: 'response.completed', response })
const tide = { type: 'function_call', id: 'fc_1', call_id: 'call_a', name: 'tide', arguments: '' }
const message = (said: string) => ({ type: 'message', id: 'msg', content: [{ type: 'output_text', text: said }] })
const reasoning = { type: 'reasoning', id: 'rs', summary: [{ type: 'summary_text', text: 'Hm.' }], encrypted_content: 'opaque' }

function read(...events: readonly (Event | string)[]): StreamDelta[] {
  const stage = pipe(sse.decoder(), responsesDeltas())
  return [...stage.push(new TextEncoder().encode(wire(events))), ...stage.end()]
}
const failureOf = (deltas: readonly StreamDelta[]) => {
  const last = deltas.at(-1)
  return last?.type === 'failure' ? { message: last.error.message, retryable: last.error.retryable } : undefined
}
const end = (reason: string) => [{ type: 'finish', reason }, { type: 'done' }]
const called = (name: string, more: object = {}) => ({ type: 'tool_call', index: 0, id: 'call_a', name, ...more })

describe('what a model says', () => {
  test('text counts once, though it is repeated per part, per item and in the end', () => {
    const repeats = [{ type: 'response.output_text.done', output_index: 0, text: 'Hello' }, itemDone(0, message('Hello'))]
    expect(read(added(0, message('')), text('Hel'), text('lo'), ...repeats, completed({ output: [message('Hello')] }))).toEqual([
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      ...end('stop'),
    ])
  })

  test('what came in no pieces is taken from its item, or from the end', () => {
    const whole = [{ type: 'thinking', text: 'Hm.' }, { type: 'text', text: 'Hi' }, called('tide'), { type: 'tool_call', index: 0, arguments: '{}' }]
    const items = [{ ...reasoning, encrypted_content: null }, message('Hi'), { ...tide, arguments: '{}' }]
    expect(read(...items.map((item, at) => itemDone(at, item)), completed({ output: items }))).toEqual([...whole, ...end('tool_calls')])
    expect(read(completed({ output: items }))).toEqual([...whole, ...end('tool_calls')])
  })

  test('events that name no item are not completed by a guess', () => {
    expect(read({ type: 'response.output_text.delta', delta: 'Hi' }, completed({ output: [message('Hi')] }))).toEqual([
      { type: 'text', text: 'Hi' },
      ...end('stop'),
    ])
  })

  test('a refusal is what the model says', () => {
    expect(read({ type: 'response.refusal.delta', output_index: 0, delta: 'No.' }, completed())[0]).toEqual({ type: 'text', text: 'No.' })
  })

  test('thinking is summarised in parts, each on its own lines, or told as it is', () => {
    const raw: Event = { type: 'response.reasoning_text.delta', output_index: 0, delta: 'c' }
    expect(read(thought('a'), thought('b', 1), thought('b', 1), completed()).slice(0, 3)).toEqual(
      ['a', '\n\nb', 'b'].map((said) => ({ type: 'thinking', text: said })),
    )
    expect(read(raw, completed())[0]).toEqual({ type: 'thinking', text: 'c' })
  })

  test('encrypted reasoning goes back as it came; other reasoning would not be known again', () => {
    const deltas = read(thought('Hm.'), itemDone(0, reasoning), itemDone(1, { ...reasoning, encrypted_content: null }), completed({ output: [reasoning] }))
    expect(deltas.find((delta) => delta.type === 'provider_data')).toEqual({ type: 'provider_data', data: { 'openai-responses': [reasoning] } })
  })

  test('tools that run at OpenAI, their code, and events nobody knows yet say nothing', () => {
    const search = { type: 'web_search_call', id: 'ws', status: 'completed' }
    const others = ['response.code_interpreter_call_code.delta', 'response.custom_tool_call_input.delta', 'constructor'].map((type) => ({
      type,
      output_index: 0,
      delta: 'x',
    }))
    expect(
      read(
        added(0, search),
        ...others,
        { type: 'response.shell_call_output_content.delta', delta: { stdout: 'x' } },
        itemDone(0, search),
        completed({ output: [search] }),
      ),
    ).toEqual(end('stop'))
  })

  test('usage tells what was cached and what was thought; without figures there is none', () => {
    const usage = { input_tokens: 9, output_tokens: 7, input_tokens_details: { cached_tokens: 4 }, output_tokens_details: { reasoning_tokens: 3 } }
    expect(read(completed({ usage }))[0]).toEqual({ type: 'usage', usage: { inputTokens: 9, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 3 } })
    expect(read(completed({ usage: null }))).toEqual(end('stop'))
  })
})

describe('calls', () => {
  test('fragments of parallel calls keep their number, and the whole arguments after them do not count', () => {
    const wind = { ...tide, id: 'fc_2', call_id: 'call_b', name: 'wind' }
    const events = [
      added(1, tide),
      added(2, wind),
      argue(2, '{'),
      argue(1, '{}'),
      argue(2, '}'),
      itemDone(1, { ...tide, arguments: '{}' }),
      itemDone(2, { ...wind, arguments: '{}' }),
    ]
    expect(read(...events, completed())).toEqual([
      called('tide'),
      { type: 'tool_call', index: 1, id: 'call_b', name: 'wind' },
      { type: 'tool_call', index: 1, arguments: '{' },
      { type: 'tool_call', index: 0, arguments: '{}' },
      { type: 'tool_call', index: 1, arguments: '}' },
      ...end('tool_calls'),
    ])
  })

  test('a fragment of a call that was not announced waits for its item', () => {
    expect(read(argue(0, '{"a":1}'), itemDone(0, { ...tide, arguments: '{"a":1}' }), completed())).toEqual([
      called('tide'),
      { type: 'tool_call', index: 0, arguments: '{"a":1}' },
      ...end('tool_calls'),
    ])
  })

  test('items may be told apart by their id alone', () => {
    const events = [
      { type: 'response.output_item.added', item: tide },
      { type: 'response.function_call_arguments.delta', item_id: 'fc_1', delta: '{}' },
    ]
    expect(read(...events, completed({ output: [{ ...tide, arguments: '{}' }] })).slice(0, 2)).toEqual([
      called('tide'),
      { type: 'tool_call', index: 0, arguments: '{}' },
    ])
  })
})

describe('how a stream ends', () => {
  test.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['else', 'other'],
  ])('an answer that is incomplete for %s ends with %s', (reason, expected) => {
    expect(read(text('a'), { type: 'response.incomplete', response: { incomplete_details: { reason } } })).toEqual([
      { type: 'text', text: 'a' },
      ...end(expected),
    ])
  })

  test('an answer in one piece is its own end', () => {
    const stage = responsesDeltas()
    const whole = { object: 'response', status: 'completed', output: [reasoning, message('Hi')], usage: { input_tokens: 1, output_tokens: 2 } }
    expect([...stage.push({ data: JSON.stringify(whole) }), ...stage.end()]).toEqual([
      { type: 'thinking', text: 'Hm.' },
      { type: 'text', text: 'Hi' },
      { type: 'usage', usage: { inputTokens: 1, outputTokens: 2 } },
      { type: 'provider_data', data: { 'openai-responses': [reasoning] } },
      ...end('stop'),
    ])
  })

  test('S3: bytes that end before, [DONE] or not, are an interruption', () => {
    for (const events of [[], [text('a')], [text('a'), '[DONE]']]) {
      expect(failureOf(read(...events))).toEqual({ message: 'openai closed the stream before the model had finished', retryable: true })
    }
  })

  test('nothing after the end counts', () => {
    expect(read(completed(), text('late'), '[DONE]')).toEqual(end('stop'))
  })

  test.each<[string, Event, boolean]>([
    ['error', { type: 'error', code: 'server_error', message: 'sk-secret' }, true],
    ['error with an object', { type: 'error', error: { type: 'invalid_request_error', message: 'sk-secret' } }, false],
    ['response.error', { type: 'response.error', error: { code: 'rate_limit', message: 'sk-secret' } }, true],
    ['response.failed', { type: 'response.failed', response: { status: 'failed', error: { code: 'server_error', message: 'sk-secret' } } }, true],
    ['response.cancelled', { type: 'response.cancelled', response: {} }, false],
  ])('S6: %s ends the stream after what was said, without its text', (_, event, retryable) => {
    const deltas = read(text('partial'), event, completed())
    expect(deltas[0]).toEqual({ type: 'text', text: 'partial' })
    expect(failureOf(deltas)).toEqual({ message: 'openai reported an error instead of going on', retryable })
  })

  test('a frame that is not JSON, or of the wrong shape, is a failure and not skipped', () => {
    expect(failureOf(read('{broken', completed()))?.message).toBe('openai sent a frame that is not JSON')
    expect(failureOf(read({ type: 'response.output_text.delta', output_index: 'x' }, completed()))?.message).toBe('openai sent a chunk of the wrong shape')
  })
})
