import { type ModelParameters, sse } from '@agentstream/client/wire'
import { askingOf, callProvider, type ProviderTransport } from '../call-provider.ts'
import { endpoint, requestHeaders } from '../http/endpoint.ts'
import { wholeBody } from '../http/whole-body.ts'
import { mergeParameters, type StreamingProvider } from '../provider.ts'
import { anthropicDeltas } from './deltas.ts'
import { anthropicRequest } from './request.ts'

/** How Anthropic, or a server that speaks its messages, is asked. */
export interface AnthropicOptions extends ProviderTransport {
  /** Left out for gateways that ask for none. It never reaches an event or an error. */
  readonly apiKey?: string | undefined
  readonly model: string
  /** `/messages` is added to its path. Default `https://api.anthropic.com/v1`. */
  readonly baseURL?: string | URL | undefined
  /** Added to every request, for gateways and `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>>
  /** For every request; those of a run win. `maxTokens` is 4096 when nobody states it. Penalties are not known here and left out. */
  readonly parameters?: ModelParameters
  /** False asks for the answer in one piece. Default true. */
  readonly stream?: boolean
}

/**
 * A model behind Anthropic's messages. Thinking is switched on by `parameters.extra`, and goes back with its signature in
 * the next turn. Throws ProviderError for options that cannot work. Streaming throws ProviderError, or the signal's reason
 * when that aborts.
 */
export function anthropic(options: AnthropicOptions): StreamingProvider {
  const { model, apiKey, baseURL = 'https://api.anthropic.com/v1', stream = true } = options
  const provider = 'anthropic'
  const url = endpoint(baseURL, { provider, path: '/messages' })
  const framing = stream ? sse : wholeBody
  const own = { accept: framing.contentType, 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
  const headers = requestHeaders({ provider, headers: options.headers, own })
  return {
    info: { provider, model, supportsStreaming: stream, supportsTools: true, ...askingOf(options) },
    stream: (request, { signal, trace }) => {
      const parameters = mergeParameters(options.parameters, request.parameters)
      const body = anthropicRequest({ ...request, parameters }, { model, maxTokens: 4096, stream })
      return callProvider({ provider, url, headers, body, framing, deltas: () => anthropicDeltas(), signal, trace, transport: options })
    },
  }
}
