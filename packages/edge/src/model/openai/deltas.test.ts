import { pipe, sse } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { StreamDelta } from '../call-provider.ts'
import { openaiDeltas } from './deltas.ts'

const done = '[DONE]'
const wire = (...frames: readonly unknown[]): string => frames.map((frame) => `data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n\n`).join('')
const say = (delta: unknown, finish: string | null = null, more: object = {}): unknown => ({ choices: [{ index: 0, delta, finish_reason: finish }], ...more })
const calls = (...list: unknown[]): unknown => say({ tool_calls: list })
const usage = (input: number, output: number) => ({ usage: { prompt_tokens: input, completion_tokens: output } })

function decode(bytes: Uint8Array, cut: number): StreamDelta[] {
  const stage = pipe(sse.decoder(), openaiDeltas())
  return [...stage.push(bytes.subarray(0, cut)), ...stage.push(bytes.subarray(cut)), ...stage.end()]
}

function read(...frames: readonly unknown[]): StreamDelta[] {
  const bytes = new TextEncoder().encode(wire(...frames))
  return decode(bytes, bytes.length)
}

const failureOf = (deltas: readonly StreamDelta[]) => {
  const last = deltas.at(-1)
  return last?.type === 'failure' ? { message: last.error.message, retryable: last.error.retryable, status: last.error.status } : undefined
}

describe('what a model says', () => {
  test('text, then usage and finish once, at the end', () => {
    expect(
      read(say({ role: 'assistant', content: '' }), say({ content: 'Hel' }), say({ content: 'lo' }), say({}, 'stop'), { choices: [], ...usage(5, 2) }, done),
    ).toEqual([
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      { type: 'usage', usage: { inputTokens: 5, outputTokens: 2 } },
      { type: 'finish', reason: 'stop' },
      { type: 'done' },
    ])
  })

  test('thinking comes under two names, and twice is once', () => {
    const deltas = read(
      say({ reasoning_content: 'a' }),
      say({ reasoning: 'b' }),
      say({ reasoning: 'c', reasoning_content: 'c' }),
      say({ reasoning: { effort: 1 } }, 'stop'),
    )
    expect(deltas.filter((delta) => delta.type === 'thinking')).toEqual(['a', 'b', 'c'].map((text) => ({ type: 'thinking', text })))
  })

  test('content as a list of parts is text and thinking', () => {
    const content = [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }, { type: 'text', text: 'yes' }, { type: 'reference' }]
    expect(read(say({ content }, 'stop')).slice(0, 2)).toEqual([
      { type: 'thinking', text: 'hm' },
      { type: 'text', text: 'yes' },
    ])
  })

  test('a refusal is what the model says', () => {
    expect(read(say({ refusal: 'No.' }, 'stop'))[0]).toEqual({ type: 'text', text: 'No.' })
  })

  test('a second choice is not mixed into the first', () => {
    expect(read({ choices: [{ index: 1, delta: { content: 'other' } }] }, say({ content: 'one' }, 'stop'), done)[0]).toEqual({ type: 'text', text: 'one' })
  })

  test('frames that say nothing are tolerated: no choices, null choices, no delta, filter results, an error of null, empty data', () => {
    const empty = [{}, { choices: [] }, { choices: null }, { choices: [{ index: 0 }] }, { choices: [], prompt_filter_results: [{}] }, { error: null }, '']
    expect(read(...empty, say(null, 'stop'), done)).toEqual([{ type: 'finish', reason: 'stop' }, { type: 'done' }])
  })

  test('S32: usage on every chunk counts once, with the last figures, wherever else a server repeats it', () => {
    const deltas = read(
      say({ content: 'a' }, null, usage(1, 1)),
      say({ content: 'b' }, 'stop', { ...usage(1, 2), x_groq: usage(9, 9) }),
      { choices: [], ...usage(1, 3) },
      done,
    )
    expect(deltas.filter((delta) => delta.type === 'usage')).toEqual([{ type: 'usage', usage: { inputTokens: 1, outputTokens: 3 } }])
  })

  test('S32: missing usage is no usage, not zero', () => {
    expect(read(say({ content: 'a' }, 'stop', { usage: null }), { usage: {} }, done).some((delta) => delta.type === 'usage')).toBe(false)
  })

  test('usage tells what was cached and what was thought', () => {
    const stated = { prompt_tokens: 9, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 3 } }
    expect(read({ usage: stated }, done)[0]).toEqual({ type: 'usage', usage: { inputTokens: 9, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 3 } })
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['model_length', 'length'],
    ['content_filter', 'content_filter'],
    ['tool_calls', 'tool_calls'],
    ['function_call', 'tool_calls'],
    ['eos', 'other'],
    ['constructor', 'other'],
  ])('the finish reason %s means %s', (stated, reason) => {
    expect(read(say({}, stated), done)).toEqual([{ type: 'finish', reason }, { type: 'done' }])
  })

  test('the stop text that was met is told, by servers that know it', () => {
    const ended = (more: object): unknown => ({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', ...more }] })
    const finish = { type: 'finish', reason: 'stop' }
    for (const more of [{ stop_reason: 'END' }, { matched_stop: 'END' }]) expect(read(ended(more), done)[0]).toEqual({ ...finish, stopText: 'END' })
    for (const more of [{ stop_reason: null }, { matched_stop: 151645 }, { stop_reason: 'stop' }]) expect(read(ended(more), done)[0]).toEqual(finish)
  })
})

test('an answer in one piece says its message', () => {
  const stage = openaiDeltas()
  const message = { role: 'assistant', content: 'Hi', tool_calls: [{ id: 'a', function: { name: 'tide', arguments: '{}' } }] }
  const whole = { choices: [{ index: 0, message, finish_reason: 'tool_calls' }], ...usage(3, 1) }
  expect([...stage.push({ data: JSON.stringify(whole) }), ...stage.end()]).toEqual([
    { type: 'text', text: 'Hi' },
    { type: 'tool_call', index: 0, id: 'a', name: 'tide', arguments: '{}' },
    { type: 'usage', usage: { inputTokens: 3, outputTokens: 1 } },
    { type: 'finish', reason: 'tool_calls' },
    { type: 'done' },
  ])
})

describe('calls', () => {
  const indexes = (...frames: unknown[]) => read(...frames, say({}, 'tool_calls')).flatMap((delta) => (delta.type === 'tool_call' ? [delta.index] : []))

  test('fragments of parallel calls keep their index', () => {
    const first = { index: 0, id: 'a', type: 'function', function: { name: 'tide', arguments: '' } }
    const second = { index: 1, id: 'b', function: { name: 'wind', arguments: '{' } }
    expect(
      read(calls(first, second), calls({ index: 1, function: { arguments: '}' } }), calls({ index: 0, function: { arguments: '{}' } }), done).slice(0, 4),
    ).toEqual([
      { type: 'tool_call', index: 0, id: 'a', name: 'tide' },
      { type: 'tool_call', index: 1, id: 'b', name: 'wind', arguments: '{' },
      { type: 'tool_call', index: 1, arguments: '}' },
      { type: 'tool_call', index: 0, arguments: '{}' },
    ])
  })

  test('without an index, a name opens a call and a bare fragment goes on with the last', () => {
    expect(
      indexes(
        calls({ id: 'a', function: { name: 'x' } }, { id: 'b', function: { name: 'x' } }),
        calls({ function: { arguments: '1' } }, { id: 'a', function: { arguments: '2' } }),
      ),
    ).toEqual([0, 1, 1, 0])
    expect(indexes(calls({ function: { name: 'x', arguments: '{}' } }, { function: { name: 'x', arguments: '{}' } }))).toEqual([0, 1])
  })

  test('index 0 for every call still makes two calls of two ids', () => {
    expect(
      indexes(calls({ index: 0, id: 'a', function: { name: 'x', arguments: '{}' } }), calls({ index: 0, id: 'b', function: { name: 'x', arguments: '{}' } })),
    ).toEqual([0, 1])
  })

  test('a new id on every fragment is still one call', () => {
    expect(
      indexes(
        calls({ index: 0, id: 'a', function: { name: 'x' } }),
        calls({ index: 0, id: 'b', function: { name: '', arguments: '{' } }),
        calls({ index: 0, id: 'c', function: { arguments: '}' } }),
      ),
    ).toEqual([0, 0, 0])
  })

  test('arguments given as an object become text', () => {
    expect(read(calls({ id: 'a', function: { name: 'x', arguments: { city: 'Oslo' } } }), done)[0]).toMatchObject({ arguments: '{"city":"Oslo"}' })
  })

  test('X8: names and ids of prototype members are names like others', () => {
    const call = { id: '__proto__', function: { name: 'constructor', arguments: '{}' } }
    expect(read(calls(call, { id: 'toString', function: { name: '__proto__', arguments: '{}' } }), done).slice(0, 2)).toEqual([
      { type: 'tool_call', index: 0, id: '__proto__', name: 'constructor', arguments: '{}' },
      { type: 'tool_call', index: 1, id: 'toString', name: '__proto__', arguments: '{}' },
    ])
  })
})

describe('how a stream ends', () => {
  test('[DONE] is the end, with or without a finish reason, and nothing after it counts', () => {
    expect(read(say({ content: 'a' }), done, say({ content: 'b' }), '{broken')).toEqual([
      { type: 'text', text: 'a' },
      { type: 'finish', reason: 'other' },
      { type: 'done' },
    ])
  })

  test('a finish reason without [DONE] is an end; a server may speak on after one, and the last counts', () => {
    expect(read(say({ content: 'a' }, 'stop'), say({ content: 'b' }, 'length'))).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'finish', reason: 'length' },
      { type: 'done' },
    ])
  })

  test('S3: a server that speaks on after a finish reason has to finish again', () => {
    const spokenOn = [say({ content: 'a' }, 'stop'), say({ role: 'assistant', content: '' }), say({ content: 'b' })]
    expect(failureOf(read(...spokenOn))).toMatchObject({ message: 'openai closed the stream before the model had finished' })
    expect(read(...spokenOn, done).at(-2)).toEqual({ type: 'finish', reason: 'stop' })
    expect(read(...spokenOn, { choices: [], ...usage(1, 1) }, say({}, 'length')).at(-2)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('S3: bytes that end without either are an interruption', () => {
    expect(failureOf(read(say({ content: 'a' })))).toEqual({
      message: 'openai closed the stream before the model had finished',
      retryable: true,
      status: undefined,
    })
    expect(failureOf(read())).toMatchObject({ retryable: true })
  })

  test.each([
    ['a numeric code', { error: { message: 'sk-secret', code: 502 } }, { retryable: true, status: 502 }],
    ['a code as text', { error: { code: '400', type: 'invalid_request_error' } }, { retryable: false, status: 400 }],
    ['a name that will pass', { error: { type: 'rate_limit_exceeded', message: 'sk-secret' } }, { retryable: true, status: undefined }],
    ['plain text', { error: 'sk-secret' }, { retryable: false, status: undefined }],
    ['the finish reason error', { choices: [{ finish_reason: 'error' }] }, { retryable: false, status: undefined }],
  ])('S6: an error in the stream, told by %s, ends it after what was said', (_, frame, expected) => {
    const deltas = read(say({ content: 'partial' }, null, usage(3, 1)), frame, done)
    expect(deltas.slice(0, 2)).toEqual([
      { type: 'text', text: 'partial' },
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 1 } },
    ])
    expect(failureOf(deltas)).toMatchObject(expected)
    expect(failureOf(deltas)?.message).not.toContain('sk-secret')
  })

  test('a frame that is not JSON, or of the wrong shape, is a failure and not skipped', () => {
    expect(failureOf(read(say({ content: 'a' }), '{"id":}]}', done))?.message).toBe('openai sent a frame that is not JSON')
    expect(failureOf(read({ choices: [{ delta: { content: 5 } }] }, done))?.message).toBe('openai sent a chunk of the wrong shape')
    expect(failureOf(read('[1]', done))?.message).toBe('openai sent a chunk of the wrong shape')
  })
})

test('S3: cut at any byte, everything said comes out the same, and nothing short of an end is a success', () => {
  const frames = [
    say({ reasoning: 'Ähm 🤔' }),
    say({ content: 'Grüße 🌍' }),
    calls({ index: 0, id: 'a', function: { name: 'tide', arguments: '{"port":' } }),
    calls({ index: 0, function: { arguments: '"Brest"}' } }),
  ]
  const open = new TextEncoder().encode(`: hello\r\n\r\n${wire(...frames)}`)
  const all = new TextEncoder().encode(`: hello\r\n\r\n${wire(...frames, say({}, 'tool_calls', usage(1, 2)), done)}`)
  const whole = decode(all, 0)
  for (let cut = 1; cut <= all.length; cut++) expect(decode(all, cut)).toEqual(whole)
  for (let length = 0; length <= open.length; length++) {
    const deltas = decode(open.subarray(0, length), length >> 1)
    expect(deltas.at(-1)?.type).toBe('failure')
    expect(deltas.slice(0, -1)).toEqual(whole.slice(0, deltas.length - 1))
  }
})
