import { sse } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import { callProvider, type ProviderTransport } from '../call-provider.ts'
import { type ModelParameters, mergeParameters, type StreamingProvider } from '../provider.ts'
import { openaiDeltas } from './deltas.ts'
import { openaiRequest } from './request.ts'

export interface OpenAIOptions extends ProviderTransport {
  /** Sent as a bearer token. Left out for servers that ask for none. It never reaches an event or an error. */
  readonly apiKey?: string | undefined
  readonly model: string
  /** Any server that speaks chat completions; `/chat/completions` is added to its path. Default `https://api.openai.com/v1`. */
  readonly baseURL?: string | URL | undefined
  /** Added to every request, for gateways and organisation ids. */
  readonly headers?: Readonly<Record<string, string>>
  /** For every request; those of a run win. */
  readonly parameters?: ModelParameters
  /** Asks for token counts. Default true; servers that refuse `stream_options` need false. */
  readonly includeUsage?: boolean
}

/**
 * A model behind OpenAI's chat completions, or any server that speaks them. Throws ProviderError for options that cannot
 * work. Streaming throws ProviderError, or the signal's reason when that aborts.
 */
export function openai(options: OpenAIOptions): StreamingProvider {
  const { model, parameters, includeUsage = true } = options
  const url = endpoint(options.baseURL ?? 'https://api.openai.com/v1')
  const headers = requestHeaders(options)
  const dialect = { model, includeUsage, maxTokensName: url.hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens' } as const
  return {
    info: { provider: 'openai', model, supportsStreaming: true, supportsTools: true },
    stream: (request, { signal }) =>
      callProvider({
        provider: 'openai',
        url,
        headers,
        body: openaiRequest({ ...request, parameters: mergeParameters(parameters, request.parameters) }, dialect),
        framing: sse,
        deltas: openaiDeltas,
        signal,
        transport: options,
      }),
  }
}

function endpoint(baseURL: string | URL): URL {
  let url: URL
  try {
    url = new URL(baseURL)
  } catch {
    // The text itself stays out of the message: addresses of gateways can hold keys.
    throw new ProviderError('openai', 'The baseURL of the openai provider is not a URL')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ProviderError('openai', 'The baseURL of the openai provider must be http or https')
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/chat/completions`
  return url
}

function requestHeaders({ apiKey, headers }: OpenAIOptions): Headers {
  try {
    const all = new Headers({ 'content-type': 'application/json', accept: 'text/event-stream', ...headers })
    if (apiKey) all.set('authorization', `Bearer ${apiKey}`)
    return all
  } catch {
    // The platform's own error quotes the value, which may be the key; it is neither repeated nor kept as the cause.
    throw new ProviderError('openai', 'The key or a header of the openai provider holds a character that a header cannot carry')
  }
}
