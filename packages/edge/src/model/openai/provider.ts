import { type Framing, type JsonObject, type ModelParameters, sse } from '@agentstream/client/wire'
import { askingOf, callProvider, type ProviderCall, type ProviderTransport } from '../call-provider.ts'
import { endpoint, requestHeaders } from '../http/endpoint.ts'
import { wholeBody } from '../http/whole-body.ts'
import { type ModelRequest, mergeParameters, type StreamingProvider } from '../provider.ts'
import { openaiDeltas } from './deltas.ts'
import { openaiRequest } from './request.ts'
import { responsesDeltas } from './responses-deltas.ts'
import { responsesRequest } from './responses-request.ts'

/** How OpenAI, or a server that speaks its chat completions or responses, is asked. */
export interface OpenAIOptions extends ProviderTransport {
  /** Sent as a bearer token. Left out for servers that ask for none. It never reaches an event or an error. */
  readonly apiKey?: string | undefined
  readonly model: string
  /** Any server that speaks the API; `/chat/completions` or `/responses` is added to its path. Default `https://api.openai.com/v1`. */
  readonly baseURL?: string | URL | undefined
  /** Chat completions, which nearly every server speaks, or OpenAI's responses, which knows no penalties and no `stop`. Default `chat`. */
  readonly api?: 'chat' | 'responses'
  /** Added to every request, for gateways and organisation ids. */
  readonly headers?: Readonly<Record<string, string>>
  /** For every request; those of a run win. */
  readonly parameters?: ModelParameters
  /** Asks for token counts. Default true; servers that refuse `stream_options` need false. */
  readonly includeUsage?: boolean
  /** False asks for the answer in one piece, for models that cannot stream. Default true. */
  readonly stream?: boolean
}

/**
 * A model behind OpenAI's chat completions or responses, or any server that speaks them. Throws ProviderError for options
 * that cannot work. Streaming throws ProviderError, or the signal's reason when that aborts.
 */
export function openai(options: OpenAIOptions): StreamingProvider {
  const { apiKey, model, api = 'chat', baseURL = 'https://api.openai.com/v1', stream = true } = options
  const url = endpoint(baseURL, { provider: 'openai', path: api === 'chat' ? '/chat/completions' : '/responses' })
  const framing: Framing = stream ? sse : wholeBody
  const own = { accept: framing.contentType, authorization: apiKey ? `Bearer ${apiKey}` : undefined }
  const headers = requestHeaders({ provider: 'openai', headers: options.headers, own })
  const { body, deltas } = languages[api](options, url)
  return {
    info: { provider: 'openai', model, supportsStreaming: stream, supportsTools: true, ...askingOf(options) },
    stream: (request, { signal, trace }) => {
      const parameters = mergeParameters(options.parameters, request.parameters)
      return callProvider({ provider: 'openai', url, headers, body: body({ ...request, parameters }), framing, deltas, signal, trace, transport: options })
    },
  }
}

interface Language {
  readonly body: (request: ModelRequest) => JsonObject
  readonly deltas: ProviderCall['deltas']
}

const languages: Readonly<Record<'chat' | 'responses', (options: OpenAIOptions, url: URL) => Language>> = {
  chat({ model, includeUsage = true, stream = true }, url) {
    const maxTokensName = url.hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens'
    return { body: (request) => openaiRequest(request, { model, includeUsage, maxTokensName, stream }), deltas: () => openaiDeltas() }
  },
  responses: ({ model, stream = true }) => ({ body: (request) => responsesRequest(request, { model, stream }), deltas: () => responsesDeltas() }),
}
