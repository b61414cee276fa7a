import type { JsonObject, ModelParameters } from '@agentstream/client/wire'
import type { Message, ProviderData } from './messages.ts'

/** A tool as a model is told of it. */
export interface ModelTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments. */
  readonly parameters: JsonObject
}

/** One call of a model. */
export interface ModelRequest {
  readonly messages: readonly Message[]
  readonly tools?: readonly ModelTool[]
  readonly parameters?: ModelParameters
}

/** Tokens of one call of a model, as its vendor counts them. */
export interface TokenUsage {
  /** All of the input, cached or not. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the input, those read from the provider's cache. */
  readonly cachedInputTokens?: number
  /** Of the input, those put into it. */
  readonly cacheWriteInputTokens?: number
  readonly reasoningTokens?: number
  /** How long the server took, in milliseconds, where it tells. */
  readonly durationsMs?: { readonly total?: number; readonly load?: number; readonly input?: number; readonly output?: number }
}

/** Why a model stopped, in one word for every vendor. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other'

/** The unit a model speaks in. `index` tells parallel calls apart; `arguments` is a fragment to append. */
export type ModelDelta =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'tool_call'; readonly index: number; readonly id?: string; readonly name?: string; readonly arguments?: string }
  | { readonly type: 'usage'; readonly usage: TokenUsage }
  /** `stopText`: the one of the request's stop texts that the model came to, where the provider says so. */
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly stopText?: string }
  /** To be kept on the assistant message, for the next turn; at most one per turn. */
  | { readonly type: 'provider_data'; readonly data: ProviderData }

/** What a provider is and can do. It is shown to clients: nothing secret belongs here. */
export interface ProviderInfo {
  readonly provider: string
  readonly model: string
  readonly supportsStreaming: boolean
  readonly supportsTools: boolean
  /** Longest silence of its server, where it has a limit. */
  readonly timeoutMs?: number
  /** How often a request that gave nothing yet is sent again. */
  readonly maxRetries?: number
  /** Those of every request that states no others. */
  readonly parameters?: ModelParameters
}

/**
 * A language model. `stream` ends normally only when the model finished; it throws ProviderError when the request or the
 * stream fails, and stops at once, reading nothing more, when the signal aborts.
 */
export interface StreamingProvider {
  readonly info: ProviderInfo
  stream(request: ModelRequest, options: StreamOptions): AsyncIterable<ModelDelta>
}

/** How one call of a model is stopped and traced. */
export interface StreamOptions {
  readonly signal: AbortSignal
  /** Headers to send along, so that the request can be found in the trace it belongs to. */
  readonly trace?: TraceContext
}

/** As W3C Trace Context has it. */
export interface TraceContext {
  readonly traceparent: string
  readonly tracestate?: string
}

/** The same model, whose requests all belong to one trace. */
export function inTrace(provider: StreamingProvider, trace: TraceContext): StreamingProvider {
  return { info: provider.info, stream: (request, options) => provider.stream(request, { ...options, trace }) }
}

/** Two sets of parameters as one; the second wins, member by member, also within `extra`. */
export function mergeParameters(first: ModelParameters = {}, second: ModelParameters = {}): ModelParameters {
  const extra = { ...first.extra, ...second.extra }
  return { ...first, ...second, ...(Object.keys(extra).length > 0 ? { extra } : {}) }
}
