import type { LanguageModelV3, LanguageModelV3StreamPart, LanguageModelV4, LanguageModelV4GenerateResult, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { expect, expectTypeOf, test, vi } from 'vitest'
import { ProviderError } from '../../errors.ts'
import type { ModelDelta, StreamingProvider } from '../provider.ts'
import type { AiSdkLanguageModel } from './language-model.ts'
import { aiSdk } from './provider.ts'

const unused = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
}
const hi: LanguageModelV4StreamPart[] = [
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'Hi' },
  { type: 'text-end', id: 't' },
  { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: unused },
]
const streamOf = <T>(parts: readonly T[]): ReadableStream<T> =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })

function modelV4(answer: Partial<Pick<LanguageModelV4, 'doStream' | 'doGenerate'>>): LanguageModelV4 {
  const never = async (): Promise<never> => expect.unreachable()
  return { specificationVersion: 'v4', provider: 'acme.chat', modelId: 'm', supportedUrls: {}, doStream: never, doGenerate: never, ...answer }
}

async function read(provider: StreamingProvider, signal = new AbortController().signal): Promise<{ deltas: ModelDelta[]; error: unknown }> {
  const deltas: ModelDelta[] = []
  try {
    for await (const delta of provider.stream({ messages: [{ role: 'user', text: 'hi' }] }, { signal })) deltas.push(delta)
    return { deltas, error: undefined }
  } catch (error) {
    return { deltas, error }
  }
}

test('models of both versions fit as they are', async () => {
  expectTypeOf<LanguageModelV4>().toExtend<AiSdkLanguageModel>()
  expectTypeOf<LanguageModelV3>().toExtend<AiSdkLanguageModel>()
  const parts: LanguageModelV3StreamPart[] = [
    { type: 'text-delta', id: 't', delta: 'Hi' },
    { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage: unused },
  ]
  const v3: LanguageModelV3 = {
    ...modelV4({}),
    specificationVersion: 'v3',
    doGenerate: async () => expect.unreachable(),
    doStream: async () => ({ stream: streamOf(parts) }),
  }
  for (const model of [v3, modelV4({ doStream: async () => ({ stream: streamOf(hi) }) })]) {
    const provider = aiSdk(model)
    expect(provider.info).toEqual({ provider: 'acme.chat', model: 'm', supportsStreaming: true, supportsTools: true })
    expect((await read(provider)).deltas).toEqual([
      { type: 'text', text: 'Hi' },
      { type: 'finish', reason: 'stop' },
    ])
  }
})

test('a model of another version is refused at once', () => {
  expect(() => aiSdk({ ...modelV4({}), specificationVersion: 'v2' })).toThrow(ProviderError)
})

test('asked not to stream, it takes the answer in one piece', async () => {
  const answer: LanguageModelV4GenerateResult = {
    content: [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hi' },
      { type: 'text', text: ' there' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'tide', input: '{}' },
    ],
    finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
    usage: { ...unused, inputTokens: { ...unused.inputTokens, total: 3 } },
    warnings: [],
  }
  const provider = aiSdk(modelV4({ doGenerate: async () => answer }), { stream: false })
  expect(provider.info.supportsStreaming).toBe(false)
  expect((await read(provider)).deltas).toEqual([
    { type: 'thinking', text: 'Hm.' },
    { type: 'text', text: 'Hi' },
    { type: 'text', text: ' there' },
    { type: 'tool_call', index: 0, id: 'a', name: 'tide' },
    { type: 'tool_call', index: 0, arguments: '{}' },
    { type: 'usage', usage: { inputTokens: 3, outputTokens: 0 } },
    { type: 'finish', reason: 'tool_calls' },
  ])
})

test('S5: a model that is busy is asked again after the wait it asks for, one that refuses is not', async () => {
  const waits: number[] = []
  const busy = Object.assign(new Error('sk-secret'), { statusCode: 429, isRetryable: true, responseHeaders: { 'retry-after': '3' } })
  const doStream = vi
    .fn<LanguageModelV4['doStream']>()
    .mockRejectedValueOnce(busy)
    .mockResolvedValue({ stream: streamOf(hi) })
  expect(await read(aiSdk(modelV4({ doStream }), { sleep: async (ms) => void waits.push(ms) }))).toMatchObject({
    deltas: [{ text: 'Hi' }, {}],
    error: undefined,
  })
  expect(waits).toEqual([3000])
  const refusing = vi.fn<LanguageModelV4['doStream']>().mockRejectedValue(Object.assign(new Error('sk-secret'), { statusCode: 401, isRetryable: false }))
  const { error } = await read(aiSdk(modelV4({ doStream: refusing })))
  expect([error, refusing.mock.calls.length]).toMatchObject([{ status: 401, message: 'acme.chat answered 401' }, 1])
})

test('S4: a model that falls silent is an error, and is told to stop', async () => {
  let heard: AbortSignal | undefined
  const cancel = vi.fn()
  const doStream: LanguageModelV4['doStream'] = async ({ abortSignal }) => {
    heard = abortSignal
    return { stream: new ReadableStream({ start: (controller) => controller.enqueue({ type: 'text-delta', id: 't', delta: 'Hi' }), cancel }) }
  }
  const { deltas, error } = await read(aiSdk(modelV4({ doStream }), { idleTimeoutMs: 5 }))
  expect([deltas, error]).toMatchObject([[{ text: 'Hi' }], { message: 'acme.chat sent nothing for 5 ms', retryable: true }])
  expect([heard?.aborted, cancel.mock.calls.length]).toEqual([true, 1])
})

test('an abort reaches a model that has not answered yet, and an answer that comes too late is dropped', async () => {
  const controller = new AbortController()
  let answer = (_: Awaited<ReturnType<LanguageModelV4['doStream']>>): void => {}
  let heard: AbortSignal | undefined
  const doStream: LanguageModelV4['doStream'] = ({ abortSignal }) => {
    heard = abortSignal
    return new Promise((resolve) => (answer = resolve))
  }
  const reading = read(aiSdk(modelV4({ doStream })), controller.signal)
  await vi.waitFor(() => expect(heard).toBeDefined())
  controller.abort('stop')
  expect([(await reading).error, heard?.aborted]).toEqual(['stop', true])
  const cancel = vi.fn()
  answer({ stream: new ReadableStream({ cancel }) })
  await vi.waitFor(() => expect(cancel).toHaveBeenCalled())
})
