/**
 * A model's own stream as a run: for pages behind a proxy that passes on what a provider sends, without an agent. The deltas of
 * the provider go in, events come out. Nobody runs the tools here: a call ends as `tool_calls_ready`, for whoever reads.
 */
import { type AgentEvent, type Frame, type Framing, isObject, ProtocolError, parseJson, type RecognisableProtocol, type Stage } from '@agentstream/client/wire'
import { createCallIds, createToolCallAssembly } from '../loop/tool-call-assembly.ts'
import type { StreamDelta } from '../model/call-provider.ts'
import type { FinishReason, TokenUsage } from '../model/provider.ts'

export interface ModelStreamOptions {
  readonly name: string
  readonly framings: readonly [Framing, ...Framing[]]
  readonly deltas: () => Stage<Frame, StreamDelta>
  readonly recognises: (value: Record<string, unknown>) => boolean
}

/** A protocol that is only read. A stream without the provider's word for its end is cut, whatever it said before. */
export function modelStream({ name, framings, deltas, recognises }: ModelStreamOptions): RecognisableProtocol {
  return { name, framings, decoder: () => modelDecoder(deltas()), recognises: ({ data }) => isLike(data, recognises) }
}

function isLike(data: string, recognises: ModelStreamOptions['recognises']): boolean {
  try {
    const value = parseJson(data)
    return isObject(value) && recognises(value)
  } catch (error) {
    if (error instanceof ProtocolError) return false
    throw error
  }
}

function modelDecoder(deltas: Stage<Frame, StreamDelta>): Stage<Frame, AgentEvent> {
  const calls = createToolCallAssembly(createCallIds())
  let text = ''
  let reason: FinishReason | undefined
  let stopText: string | undefined
  let isStarted = false

  const finish = (): readonly AgentEvent[] => {
    const ready = calls.calls().map(({ id, name, arguments: json }) => ({ id, function: { name, arguments: json } }))
    return [
      ...(ready.length > 0 ? [{ type: 'tool_calls_ready' as const, tool_calls: ready }] : []),
      { type: 'result', output: text, success: true, ...(reason ? { stop_reason: reason } : {}), ...(stopText === undefined ? {} : { stop_text: stopText }) },
      { type: 'completed', success: true },
    ]
  }
  const eventsOf = (delta: StreamDelta): readonly AgentEvent[] => {
    switch (delta.type) {
      case 'text':
        text += delta.text
        return [{ type: 'token', content: delta.text }]
      case 'thinking':
        return [{ type: 'thinking_token', content: delta.text }]
      case 'tool_call': {
        const { id, index, name } = calls.push(delta)
        return [{ type: 'tool_call_delta', tool_call: { id, index, function: { name } }, arguments_delta: delta.arguments ?? '' }]
      }
      case 'usage':
        return [usageEvent(delta.usage)]
      case 'provider_data':
        return [{ type: 'custom', name: 'provider_data', data: delta.data }]
      case 'finish':
        reason = delta.reason
        stopText = delta.stopText
        return []
      case 'done':
        return finish()
      case 'failure':
        return [{ type: 'error', error: delta.error.message, code: delta.error.code, retryable: delta.error.retryable }]
    }
  }
  const tell = (said: readonly StreamDelta[]): readonly AgentEvent[] => {
    const events = said.flatMap(eventsOf)
    if (events.length === 0 || isStarted) return events
    isStarted = true
    return [{ type: 'started' }, ...events]
  }
  return {
    push: (frame) => tell(deltas.push(frame)),
    // What fails only here was cut: the reader says so by itself.
    end: () => tell(deltas.end().filter(({ type }) => type !== 'failure')),
  }
}

function usageEvent({ inputTokens, outputTokens, cachedInputTokens: cached, reasoningTokens: reasoning }: TokenUsage): AgentEvent {
  return {
    type: 'usage',
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cached === undefined ? {} : { cached_input_tokens: cached }),
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
  }
}
