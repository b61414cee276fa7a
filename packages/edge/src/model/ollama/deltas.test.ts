import { ndjson, pipe } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { StreamDelta } from '../call-provider.ts'
import { ollamaDeltas } from './deltas.ts'

const say = (message: object) => ({ message: { role: 'assistant', content: '', ...message }, done: false })
const end = (fields: object = {}) => ({ message: { role: 'assistant', content: '' }, done: true, ...fields })

function read(...lines: readonly (object | string)[]): StreamDelta[] {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  const stage = pipe(ndjson.decoder(), ollamaDeltas())
  return [...stage.push(new TextEncoder().encode(text)), ...stage.end()]
}
const failureOf = (deltas: readonly StreamDelta[]) => {
  const last = deltas.at(-1)
  return last?.type === 'failure' ? { message: last.error.message, retryable: last.error.retryable } : undefined
}
const done = (reason: string) => [{ type: 'finish', reason }, { type: 'done' }]

describe('what a model says', () => {
  test('thinking and text, each line a piece, and the last line may say something too', () => {
    expect(read(say({ thinking: 'Hm.' }), '', say({ content: 'Hel' }), end({ message: { content: 'lo' }, done_reason: 'stop' }))).toEqual([
      { type: 'thinking', text: 'Hm.' },
      { type: 'text', text: 'Hel' },
      { type: 'text', text: 'lo' },
      ...done('stop'),
    ])
  })

  test('calls come whole, one or several to a line, and the last line does not know of them', () => {
    const tide = { function: { name: 'tide', arguments: { port: 'Brest' } } }
    const wind = { id: 'call_x', function: { name: 'wind', arguments: {} } }
    expect(
      read(
        say({ tool_calls: [tide, wind] }),
        say({ tool_calls: [{ function: { name: 'tide', arguments: '{"port":"Lorient"}' } }] }),
        end({ done_reason: 'stop' }),
      ),
    ).toEqual([
      { type: 'tool_call', index: 0, name: 'tide', arguments: '{"port":"Brest"}' },
      { type: 'tool_call', index: 1, id: 'call_x', name: 'wind', arguments: '{}' },
      { type: 'tool_call', index: 2, name: 'tide', arguments: '{"port":"Lorient"}' },
      ...done('tool_calls'),
    ])
  })

  test('the figures of the last line are counts, and times in milliseconds', () => {
    const figures = {
      total_duration: 4_200_000_000,
      load_duration: 1_000_000,
      prompt_eval_count: 10,
      prompt_eval_duration: 2_500_000,
      eval_count: 7,
      eval_duration: 3_000_000_000,
    }
    expect(read(end(figures))[0]).toEqual({
      type: 'usage',
      usage: { inputTokens: 10, outputTokens: 7, durationsMs: { total: 4200, load: 1, input: 2.5, output: 3000 } },
    })
  })

  test('S32: a prompt that was still in memory has no count, and an answer without figures no usage', () => {
    expect(read(end({ eval_count: 7 }))[0]).toEqual({ type: 'usage', usage: { inputTokens: 0, outputTokens: 7 } })
    expect(read(end({ total_duration: 5 }))).toEqual(done('stop'))
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['load', 'other'],
    ['unload', 'other'],
    ['constructor', 'other'],
  ])('the reason %s means %s', (stated, reason) => {
    expect(read(end({ done_reason: stated }))).toEqual(done(reason))
  })

  test('lines of the older completion endpoint say the same in other places', () => {
    expect(read({ response: 'Hi', done: false }, { thinking: 'Hm.', response: '', done: false }, { response: '', done: true, context: [1, 2] })).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'thinking', text: 'Hm.' },
      ...done('stop'),
    ])
  })
})

describe('how a stream ends', () => {
  test('a last line without a line end counts, and nothing after it does', () => {
    expect(read(say({ content: 'a' }), end(), say({ content: 'b' }), '{broken')).toEqual([{ type: 'text', text: 'a' }, ...done('stop')])
  })

  test('S3: bytes that end before a line that is done are an interruption', () => {
    const interrupted = { message: 'ollama closed the stream before the model had finished', retryable: true }
    expect(failureOf(read(say({ content: 'a' })))).toEqual(interrupted)
    expect(failureOf(read())).toEqual(interrupted)
  })

  test('S3: a line that was cut is a failure, never a call', () => {
    const line = JSON.stringify(say({ tool_calls: [{ function: { name: 'tide', arguments: {} } }] }))
    for (let length = 1; length < line.length; length++) expect(read(line.slice(0, length)).map((delta) => delta.type)).toEqual(['failure'])
  })

  test.each([[{ error: 'sk-secret out of memory' }], [{ error: { message: 'sk-secret' } }]])(
    'S6: an error in the stream, as %j, ends it without its text',
    (line) => {
      const deltas = read(say({ content: 'partial' }), line, end())
      expect(deltas[0]).toEqual({ type: 'text', text: 'partial' })
      expect(failureOf(deltas)).toEqual({ message: 'ollama reported an error instead of going on', retryable: false })
    },
  )

  test('a line that is not JSON, or of the wrong shape, is a failure and not skipped', () => {
    expect(failureOf(read('{broken', end()))?.message).toBe('ollama sent a frame that is not JSON')
    expect(failureOf(read({ message: 'x' }, end()))?.message).toBe('ollama sent a chunk of the wrong shape')
  })
})
