import { type ModelParameters, type Stage, stageReader } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import { type OpenAnswer, type ProviderTransport, readAnswer, type StreamDelta } from '../call-provider.ts'
import { mergeParameters, type StreamingProvider } from '../provider.ts'
import { aiSdkDeltas } from './deltas.ts'
import { aiSdkFailure } from './failure.ts'
import { type AiSdkCall, type AiSdkLanguageModel, aiSdkAnswer } from './language-model.ts'
import { aiSdkRequest } from './request.ts'

/** `fetch` and `limits` are the model's own affair, and are given to whatever made it. */
export interface AiSdkOptions extends Omit<ProviderTransport, 'fetch' | 'limits'> {
  /** For every request; those of a run win. `extra` becomes the call's `providerOptions`. */
  readonly parameters?: ModelParameters
  /** False asks for the answer in one piece, for models that cannot stream. Default true. */
  readonly stream?: boolean
}

/**
 * Any language model of the AI SDK (specification versions 3 and 4) as a provider. Throws ProviderError for a model of
 * another version. Streaming throws ProviderError, or the signal's reason when that aborts; the model is told of it.
 */
export function aiSdk(model: AiSdkLanguageModel, options: AiSdkOptions = {}): StreamingProvider {
  const { stream = true } = options
  const { provider, modelId, specificationVersion } = model
  if (specificationVersion !== 'v3' && specificationVersion !== 'v4') {
    throw new ProviderError(provider, `The model of ${provider} speaks version ${specificationVersion} of the AI SDK's specification; v3 and v4 are understood`)
  }
  return {
    info: { provider, model: modelId, supportsStreaming: stream, supportsTools: true },
    stream: (request, { signal, trace }) => {
      const parameters = mergeParameters(options.parameters, request.parameters)
      const call = { ...aiSdkRequest({ ...request, parameters }, { specificationVersion, provider }), ...(trace ? { headers: { ...trace } } : {}) }
      const ask = stream ? streamed : whole
      return readAnswer({
        provider,
        signal,
        transport: options,
        open: async (abortSignal) => open(await ask(model, { ...call, abortSignal }), { provider, signal: abortSignal }),
      })
    },
  }
}

function open(parts: ReadableStream<unknown>, { provider, signal }: { provider: string; signal: AbortSignal }): OpenAnswer {
  if (signal.aborted) {
    // Nobody waits any more. What a stream says to its cancelling is of no interest.
    parts.cancel(signal.reason).catch(() => {})
    throw new ProviderError(provider, `The request to ${provider} was aborted`)
  }
  const deltas: Stage<unknown, StreamDelta> = aiSdkDeltas(provider)
  return { reader: stageReader(parts, deltas), end: () => deltas.end() }
}

async function streamed(model: AiSdkLanguageModel, call: AiSdkCall): Promise<ReadableStream<unknown>> {
  try {
    return (await model.doStream(call)).stream
  } catch (error) {
    throw aiSdkFailure(error, model.provider)
  }
}

async function whole(model: AiSdkLanguageModel, call: AiSdkCall): Promise<ReadableStream<unknown>> {
  let answer: unknown
  try {
    answer = await model.doGenerate(call)
  } catch (error) {
    throw aiSdkFailure(error, model.provider)
  }
  const { data } = aiSdkAnswer.safeParse(answer)
  if (!data) throw new ProviderError(model.provider, `${model.provider} gave an answer of the wrong shape`)
  const { content, ...finish } = data
  return new ReadableStream({
    start(controller) {
      for (const part of content) controller.enqueue(part)
      controller.enqueue({ type: 'finish', ...finish })
      controller.close()
    },
  })
}
