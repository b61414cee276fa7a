import { type AgentEvent, isAgentStreamError } from '@agentstream/client/wire'
import { linkedAbort } from '../abort.ts'
import { type Batches, gather } from '../batches.ts'
import { ProviderError } from '../errors.ts'
import type { ProviderData, ToolCall } from '../model/messages.ts'
import type { FinishReason, ModelDelta, ModelRequest, StreamingProvider, TokenUsage } from '../model/provider.ts'
import type { Emit } from './emit.ts'
import { type ClaimCallId, createToolCallAssembly, type OpenCall, type ToolCallAssembly } from './tool-call-assembly.ts'

/** One model turn: deltas to events, and in the end what the model said. Every piece is handled once, and joined once. */

export interface TurnOptions {
  readonly provider: StreamingProvider
  readonly request: ModelRequest
  readonly signal: AbortSignal
  readonly emit: Emit
  readonly claimId: ClaimCallId
  /** Stated on the usage event. */
  readonly iteration: number
}

export interface Turn {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  readonly stopText?: string
  readonly tokens: number
  readonly providerData?: ProviderData
}

/** A model that never stops is stopped here, whatever its provider lets through. */
const longestTurn = 8 * 1024 * 1024

/**
 * Yields `token`, `thinking_token` and `tool_call_delta` as they come, in batches of what came without a wait, then
 * `tool_calls_ready` and `usage`. Throws ProviderError when the provider fails, and the signal's reason at once when it aborts.
 */
export async function* runTurn(options: TurnOptions): AsyncGenerator<readonly AgentEvent[], Turn, undefined> {
  const { provider, request, signal, emit } = options
  const listener = createListener(options.claimId)
  const work = linkedAbort(signal)
  let deltas: Batches<ModelDelta, unknown> | undefined
  try {
    deltas = gather(provider.stream(request, { signal: work.signal })[Symbol.asyncIterator](), signal)
    for (let step = await deltas.next(); !step.done; step = await deltas.next()) {
      const events = listener.hear(step.value)
      if (events.length > 0) yield emit.together(events)
      if (listener.length() > longestTurn)
        throw new ProviderError(provider.info.provider, `The model went on for more than the limit of ${longestTurn} characters in one turn`)
    }
  } catch (error) {
    signal.throwIfAborted()
    if (isAgentStreamError(error)) throw error
    // A provider of somebody else's making; what it threw may quote a key.
    throw new ProviderError(provider.info.provider, `The provider ${provider.info.provider} failed`, { cause: error })
  } finally {
    // Before the provider is told to return, or it would take its ear off the signal first.
    work.abort()
    work.release()
    deltas?.release()
  }
  const { turn, usage } = listener.heard()
  if (turn.toolCalls.length > 0) yield [emit({ type: 'tool_calls_ready', tool_calls: turn.toolCalls.map(readyCall) })]
  if (usage) yield [emit(usageEvent(usage, options.iteration))]
  return turn
}

/** What a model says, piece by piece, and in the end as a whole. */
interface Listener {
  /** The events of the pieces that are one. */
  hear(deltas: readonly ModelDelta[]): readonly AgentEvent[]
  /** Characters so far. */
  length(): number
  heard(): { readonly turn: Turn; readonly usage: TokenUsage | undefined }
}

function createListener(claimId: ClaimCallId): Listener {
  const text: string[] = []
  const assembly = createToolCallAssembly(claimId)
  let usage: TokenUsage | undefined
  let finish: Extract<ModelDelta, { type: 'finish' }> = { type: 'finish', reason: 'other' }
  let providerData: ProviderData | undefined
  let length = 0
  const hear = (delta: ModelDelta): AgentEvent | undefined => {
    length += lengthOf(delta)
    if (delta.type === 'usage') usage = delta.usage
    else if (delta.type === 'finish') finish = delta
    else if (delta.type === 'provider_data') providerData = delta.data
    // What is over the limit is not told any more.
    else if (!isEmpty(delta) && length <= longestTurn) {
      if (delta.type === 'text') text.push(delta.text)
      return eventOf(delta, assembly)
    }
    return undefined
  }
  return {
    hear(deltas) {
      const events: AgentEvent[] = []
      for (const delta of deltas) {
        const event = hear(delta)
        if (event) events.push(event)
      }
      return events
    },
    length: () => length,
    heard: () => {
      const { reason: finishReason, stopText } = finish
      const optional = { ...(stopText === undefined ? {} : { stopText }), ...(providerData ? { providerData } : {}) }
      return { turn: { text: text.join(''), toolCalls: assembly.calls(), finishReason, tokens: text.length, ...optional }, usage }
    },
  }
}

function isEmpty(delta: ModelDelta): boolean {
  return (delta.type === 'text' || delta.type === 'thinking') && delta.text === ''
}

function lengthOf(delta: ModelDelta): number {
  if (delta.type === 'text' || delta.type === 'thinking') return delta.text.length
  return delta.type === 'tool_call' ? 1 + (delta.arguments?.length ?? 0) : 0
}

function eventOf(delta: Extract<ModelDelta, { type: 'text' | 'thinking' | 'tool_call' }>, assembly: ToolCallAssembly): AgentEvent {
  // `function.arguments` would have to hold all arguments so far, which grows with the square of their length.
  if (delta.type === 'tool_call') return { type: 'tool_call_delta', tool_call: wireCall(assembly.push(delta)), arguments_delta: delta.arguments ?? '' }
  return { type: delta.type === 'text' ? 'token' : 'thinking_token', content: delta.text }
}

function wireCall({ id, index, name }: OpenCall): { id: string; index: number; type: string; function: { name: string } } {
  return { id, index, type: 'function', function: { name } }
}

function readyCall(call: ToolCall): { id: string; type: string; function: { name: string; arguments: string } } {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

function usageEvent(usage: TokenUsage, iteration: number): AgentEvent {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteInputTokens, reasoningTokens, durationsMs } = usage
  return {
    type: 'usage',
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cached_input_tokens: cachedInputTokens }),
    ...(cacheWriteInputTokens === undefined ? {} : { cache_write_input_tokens: cacheWriteInputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoning_tokens: reasoningTokens }),
    ...(durationsMs === undefined ? {} : { durations_ms: durationsMs }),
    iteration,
  }
}
