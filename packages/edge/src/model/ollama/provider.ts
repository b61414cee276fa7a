import { type JsonObject, type ModelParameters, ndjson } from '@agentstream/client/wire'
import { askingOf, callProvider, type ProviderTransport } from '../call-provider.ts'
import { endpoint, requestHeaders } from '../http/endpoint.ts'
import { wholeBody } from '../http/whole-body.ts'
import { mergeParameters, type StreamingProvider } from '../provider.ts'
import { ollamaDeltas } from './deltas.ts'
import { ollamaRequest } from './request.ts'

/** How an Ollama server is asked. */
export interface OllamaOptions extends ProviderTransport {
  readonly model: string
  /** `/api/chat` is added to its path. Default `http://localhost:11434`. */
  readonly baseURL?: string | URL | undefined
  /** Sent as a bearer token, for hosted servers. It never reaches an event or an error. */
  readonly apiKey?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** For every request; those of a run win. `extra` takes what stands beside the messages: `think`, `keep_alive`, `format`. */
  readonly parameters?: ModelParameters
  /** Options of the model that have no parameter of their own, as `num_ctx` or `seed`. */
  readonly modelOptions?: JsonObject
  /** False asks for the answer in one piece. Default true. */
  readonly stream?: boolean
}

/**
 * A model behind Ollama. Usage tells how long the server took. Throws ProviderError for options that cannot work.
 * Streaming throws ProviderError, also for images that are no data URLs, or the signal's reason when that aborts.
 */
export function ollama(options: OllamaOptions): StreamingProvider {
  const { model, apiKey, baseURL = 'http://localhost:11434', modelOptions, stream = true } = options
  const provider = 'ollama'
  const url = endpoint(baseURL, { provider, path: '/api/chat' })
  const framing = stream ? ndjson : wholeBody
  const own = { accept: framing.contentType, authorization: apiKey ? `Bearer ${apiKey}` : undefined }
  const headers = requestHeaders({ provider, headers: options.headers, own })
  return {
    info: { provider, model, supportsStreaming: stream, supportsTools: true, ...askingOf(options) },
    stream: (request, { signal, trace }) => {
      const parameters = mergeParameters(options.parameters, request.parameters)
      const body = ollamaRequest({ ...request, parameters }, { model, modelOptions, stream })
      return callProvider({ provider, url, headers, body, framing, deltas: () => ollamaDeltas(), signal, trace, transport: options })
    },
  }
}
