import { describe, expect, test } from 'vitest'
import type { StreamDelta } from '../call-provider.ts'
import { aiSdkDeltas } from './deltas.ts'

const finish = (unified = 'stop', more: object = {}) => ({ type: 'finish', finishReason: { unified, raw: unified }, ...more })
const end = (reason = 'stop') => [{ type: 'finish', reason }, { type: 'done' }]
const call = (toolCallId: string, input: string, more: object = {}) => ({ type: 'tool-call', toolCallId, toolName: 'tide', input, ...more })

function read(...parts: readonly unknown[]): StreamDelta[] {
  const stage = aiSdkDeltas('acme.chat')
  return [...parts.flatMap((part) => stage.push(part)), ...stage.end()]
}
const failureOf = (deltas: readonly StreamDelta[]) => {
  const last = deltas.at(-1)
  return last?.type === 'failure' ? { message: last.error.message, retryable: last.error.retryable, status: last.error.status } : undefined
}

describe('what a model says', () => {
  test('text and thinking; sources, files, warnings, pings and metadata say nothing', () => {
    const others = [
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', id: 'x', timestamp: new Date(0), modelId: 'm' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example' },
      { type: 'file', mediaType: 'image/png', data: new Uint8Array(1) },
      { type: 'raw', rawValue: { a: 1 } },
      { type: 'ping' },
      { type: 'constructor' },
    ]
    const said = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-start', id: 't' },
      { type: 'text-delta', id: 't', delta: 'Hi' },
      { type: 'text-end', id: 't' },
    ]
    expect(read(...others, ...said, finish())).toEqual([{ type: 'thinking', text: 'Hm.' }, { type: 'text', text: 'Hi' }, ...end()])
  })

  test('S32: usage comes once, with what was cached, written and thought; without figures there is none', () => {
    const usage = { inputTokens: { total: 9, noCache: 2, cacheRead: 4, cacheWrite: 3 }, outputTokens: { total: 7, text: 5, reasoning: 2 } }
    expect(read(finish('stop', { usage }))[0]).toEqual({
      type: 'usage',
      usage: { inputTokens: 9, outputTokens: 7, cachedInputTokens: 4, cacheWriteInputTokens: 3, reasoningTokens: 2 },
    })
    expect(read(finish('stop', { usage: { inputTokens: { total: undefined }, outputTokens: {} } }))).toEqual(end())
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool-calls', 'tool_calls'],
    ['content-filter', 'content_filter'],
    ['other', 'other'],
  ])('the finish reason %s means %s', (stated, reason) => {
    expect(read(finish(stated))).toEqual(end(reason))
  })

  test('what the provider says of its own about thinking and calls goes back, in order', () => {
    const signed = { acme: { signature: 'sig' } }
    const deltas = read(
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
      { type: 'reasoning-delta', id: 'r', delta: '.' },
      { type: 'reasoning-end', id: 'r', providerMetadata: signed },
      { type: 'text-delta', id: 't', delta: 'Look.' },
      call('a', '{}', { providerMetadata: { acme: { thought: 1 } } }),
      finish('tool-calls'),
    )
    expect(deltas.find((delta) => delta.type === 'provider_data')).toEqual({
      type: 'provider_data',
      data: {
        'ai-sdk': {
          'acme.chat': [
            { type: 'reasoning', text: 'Hm.', providerOptions: signed },
            { type: 'text', text: 'Look.' },
            { type: 'tool_call', index: 0, providerOptions: { acme: { thought: 1 } } },
          ],
        },
      },
    })
  })
})

describe('calls', () => {
  test('may be streamed and then told whole, or only whole', () => {
    const streamed = [
      { type: 'tool-input-start', id: 'a', toolName: 'tide' },
      { type: 'tool-input-delta', id: 'a', delta: '{"a"' },
      { type: 'tool-input-delta', id: 'a', delta: ':1}' },
      { type: 'tool-input-end', id: 'a' },
    ]
    expect(read(...streamed, call('a', '{"a":1}'), call('b', '{"b":2}'), finish('tool-calls')).slice(0, -2)).toEqual([
      { type: 'tool_call', index: 0, id: 'a', name: 'tide' },
      { type: 'tool_call', index: 0, arguments: '{"a"' },
      { type: 'tool_call', index: 0, arguments: ':1}' },
      { type: 'tool_call', index: 1, id: 'b', name: 'tide' },
      { type: 'tool_call', index: 1, arguments: '{"b":2}' },
    ])
  })

  test('in free text are taken from the whole call, where they are JSON', () => {
    const free = [
      { type: 'tool-input-start', id: 'a', toolName: 'tide', inputEncoding: 'text' },
      { type: 'tool-input-delta', id: 'a', delta: 'free' },
    ]
    expect(read(...free, call('a', '{"text":"free"}'), finish('tool-calls'))[1]).toEqual({ type: 'tool_call', index: 0, arguments: '{"text":"free"}' })
  })

  test('that ran at the provider are none of ours', () => {
    const foreign = [
      { type: 'tool-input-start', id: 'a', toolName: 'search', providerExecuted: true },
      { type: 'tool-input-delta', id: 'a', delta: '{}' },
    ]
    expect(
      read(...foreign, call('a', '{}', { providerExecuted: true }), { type: 'tool-result', toolCallId: 'a', toolName: 'search', result: {} }, finish()),
    ).toEqual(end())
  })

  test('S3: cut by the token limit keep what was said of their arguments', () => {
    const cut = [
      { type: 'tool-input-start', id: 'a', toolName: 'tide' },
      { type: 'tool-input-delta', id: 'a', delta: '{"a":' },
    ]
    expect(read(...cut, finish('length')).slice(1)).toEqual([{ type: 'tool_call', index: 0, arguments: '{"a":' }, ...end('length')])
  })
})

describe('how a stream ends', () => {
  const interrupted = { message: 'acme.chat closed the stream before the model had finished', retryable: true, status: undefined }

  test('S3: parts that end without a finish, and a finish that nobody stated, are interruptions', () => {
    expect(failureOf(read({ type: 'text-delta', id: 't', delta: 'a' }))).toEqual(interrupted)
    expect(failureOf(read(finish('interrupted')))).toEqual(interrupted)
    expect(failureOf(read({ type: 'finish', finishReason: { unified: 'other', raw: undefined } }))).toEqual(interrupted)
  })

  test.each<[string, unknown, object]>([
    ['of a call', { statusCode: 503, isRetryable: true, message: 'sk-secret' }, { status: 503, retryable: true, message: 'acme.chat answered 503' }],
    ['of a connection', { isRetryable: true }, { retryable: true, message: 'acme.chat could not be asked' }],
    [
      'stated by the server',
      { type: 'overloaded_error', message: 'sk-secret' },
      { retryable: true, message: 'acme.chat reported an error instead of going on' },
    ],
    ['of any kind', 'sk-secret', { retryable: false, message: 'acme.chat reported an error instead of going on' }],
  ])('S6: an error %s ends the stream after what was said, without its text', (_, error, expected) => {
    const deltas = read({ type: 'text-delta', id: 't', delta: 'partial' }, { type: 'error', error }, finish('error'))
    expect(deltas[0]).toEqual({ type: 'text', text: 'partial' })
    expect(failureOf(deltas)).toMatchObject(expected)
  })

  test('a finish with an error is a failure', () => {
    expect(failureOf(read(finish('error')))?.message).toBe('acme.chat reported an error instead of going on')
  })

  test('nothing after the end counts, and a part of the wrong shape is a failure', () => {
    expect(read(finish(), { type: 'text-delta', id: 't', delta: 'late' })).toEqual(end())
    expect(failureOf(read({ type: 'text-delta', delta: 5 }))?.message).toBe('acme.chat sent a part of the wrong shape')
    expect(failureOf(read('text'))?.message).toBe('acme.chat sent a part of the wrong shape')
  })
})
