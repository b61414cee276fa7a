import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import { ProviderError } from '../errors.ts'
import type { StreamingProvider } from '../model/provider.ts'
import { type ScriptPieces, scriptedProvider } from '../model/scripted/provider.ts'
import { createCallIds } from './tool-call-assembly.ts'
import { runTurn, type Turn } from './turn.ts'

const asItIs = Object.assign((event: AgentEvent) => event, { together: (events: readonly AgentEvent[]) => events })

async function play(provider: StreamingProvider, signal = new AbortController().signal): Promise<{ events: AgentEvent[]; turn: Turn }> {
  const events: AgentEvent[] = []
  const playing = runTurn({ provider, request: { messages: [] }, signal, emit: asItIs, claimId: createCallIds(), iteration: 3 })
  for (let step = await playing.next(); ; step = await playing.next()) {
    if (step.done) return { events, turn: step.value }
    events.push(...step.value)
  }
}
const say = (...pieces: Extract<ScriptPieces, Iterable<unknown>>[]) => play(scriptedProvider(pieces))

test('text and thinking become events as they come; only text is the message', async () => {
  const { events, turn } = await say([
    { thinking: 'hm' },
    'Hel',
    '',
    'lo ',
    { usage: { inputTokens: 3, outputTokens: 2, cachedInputTokens: 1, reasoningTokens: 1 } },
  ])
  expect(events).toEqual([
    { type: 'thinking_token', content: 'hm' },
    { type: 'token', content: 'Hel' },
    { type: 'token', content: 'lo ' },
    { type: 'usage', input_tokens: 3, output_tokens: 2, total_tokens: 5, cached_input_tokens: 1, reasoning_tokens: 1, iteration: 3 },
  ])
  expect(turn).toEqual({ text: 'Hello ', toolCalls: [], finishReason: 'stop', tokens: 2 })
})

test('S32: usage stated twice is told once, with the last figures', async () => {
  const { events } = await say([{ usage: { inputTokens: 1, outputTokens: 1 } }, 'a', { usage: { inputTokens: 1, outputTokens: 9 } }])
  expect(events).toEqual([{ type: 'token', content: 'a' }, expect.objectContaining({ type: 'usage', output_tokens: 9 })])
})

test('arguments are sent as fragments only, and whole once they are ready', async () => {
  const { events, turn } = await say([
    'Let me look.',
    { tool: 'tide', arguments: '{"port":"Brest"}', fragmentLength: 9 },
    { tool: 'wind', id: 'w', arguments: '{}' },
  ])
  const call = (id: string, index: number, name: string) => ({ id, index, type: 'function', function: { name } })
  expect(events.slice(1)).toEqual([
    { type: 'tool_call_delta', tool_call: call('tool_call_1', 0, 'tide'), arguments_delta: '' },
    { type: 'tool_call_delta', tool_call: call('tool_call_1', 0, 'tide'), arguments_delta: '{"port":"' },
    { type: 'tool_call_delta', tool_call: call('tool_call_1', 0, 'tide'), arguments_delta: 'Brest"}' },
    { type: 'tool_call_delta', tool_call: call('w', 1, 'wind'), arguments_delta: '' },
    { type: 'tool_call_delta', tool_call: call('w', 1, 'wind'), arguments_delta: '{}' },
    {
      type: 'tool_calls_ready',
      tool_calls: [
        { id: 'tool_call_1', type: 'function', function: { name: 'tide', arguments: '{"port":"Brest"}' } },
        { id: 'w', type: 'function', function: { name: 'wind', arguments: '{}' } },
      ],
    },
  ])
  expect(turn).toMatchObject({ finishReason: 'tool_calls', toolCalls: [{ id: 'tool_call_1', name: 'tide', arguments: '{"port":"Brest"}' }, { id: 'w' }] })
})

test('what a provider wants back is kept for the next turn and is no event; figures of its cache and its time are', async () => {
  const provider: StreamingProvider = {
    info: { provider: 'p', model: 'm', supportsStreaming: true, supportsTools: true },
    async *stream() {
      yield { type: 'provider_data', data: { p: ['signed'] } }
      yield { type: 'usage', usage: { inputTokens: 9, outputTokens: 1, cacheWriteInputTokens: 5, durationsMs: { total: 12 } } }
    },
  }
  const { events, turn } = await play(provider)
  expect(turn.providerData).toEqual({ p: ['signed'] })
  expect(events).toEqual([
    { type: 'usage', input_tokens: 9, output_tokens: 1, total_tokens: 10, cache_write_input_tokens: 5, durations_ms: { total: 12 }, iteration: 3 },
  ])
})

describe('a provider of somebody else', () => {
  const foreign = (stream: StreamingProvider['stream']): StreamingProvider => ({
    info: { provider: 'foreign', model: 'm', supportsStreaming: true, supportsTools: true },
    stream,
  })

  test('X15: that throws anything is a ProviderError without what it threw', async () => {
    const provider = foreign(async function* () {
      yield { type: 'text', text: 'a' }
      throw new TypeError('key sk-secret refused')
    })
    await expect(play(provider)).rejects.toMatchObject({ code: 'provider', message: 'The provider foreign failed' })
    const ours = foreign(() => {
      throw new ProviderError('foreign', 'busy', { retryable: true })
    })
    await expect(play(ours)).rejects.toMatchObject({ message: 'busy', retryable: true })
  })

  test('that ignores the abort holds nothing up', async () => {
    const controller = new AbortController()
    let asked = 0
    const provider = foreign(() => ({
      [Symbol.asyncIterator]: () => ({
        next() {
          asked++
          return new Promise(() => {})
        },
      }),
    }))
    const playing = play(provider, controller.signal)
    controller.abort('stop')
    await expect(playing).rejects.toBe('stop')
    expect(asked).toBe(1)
  })

  test('S9: that never stops is stopped', async () => {
    let returned = false
    const provider = foreign(async function* () {
      try {
        for (;;) yield { type: 'text', text: 'x'.repeat(1024 * 1024) }
      } finally {
        returned = true
      }
    })
    await expect(play(provider)).rejects.toMatchObject({ message: 'The model went on for more than the limit of 8388608 characters in one turn' })
    expect(returned).toBe(true)
  })
})
