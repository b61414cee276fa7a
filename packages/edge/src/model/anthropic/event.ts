import * as z from 'zod'
import type { FinishReason, TokenUsage } from '../provider.ts'

/** One event of Anthropic's messages, and what is asked of it. Unknown members are dropped, but for blocks, which may go back as they came. */

const text = z.string().nullish()
const count = z.number().nullish()

const block = z.looseObject({ type: z.string(), text, thinking: text, signature: text, id: text, name: text, input: z.unknown().optional() })

const usage = z.object({ input_tokens: count, output_tokens: count, cache_read_input_tokens: count, cache_creation_input_tokens: count })

const message = z.object({ content: z.array(block).nullish(), stop_reason: text, stop_sequence: text, usage: usage.nullish() })

export const anthropicEvent = z.object({
  type: text,
  index: count,
  message: message.nullish(),
  content_block: block.nullish(),
  delta: z.object({ type: text, text, thinking: text, signature: text, partial_json: text, content: text, stop_reason: text, stop_sequence: text }).nullish(),
  usage: usage.nullish(),
  error: z.unknown().optional(),
  // An answer in one piece is the message itself.
  ...message.pick({ content: true, stop_reason: true, stop_sequence: true }).shape,
})

export type AnthropicEvent = z.infer<typeof anthropicEvent>
export type AnthropicBlock = z.infer<typeof block>
export type AnthropicDelta = NonNullable<AnthropicEvent['delta']>
export type AnthropicUsage = z.infer<typeof usage>

/** The latest of each figure: the beginning tells those of the input, the end those of the output, and sometimes all again. */
export function mergeUsage(before: AnthropicUsage, stated: AnthropicUsage | null | undefined): AnthropicUsage {
  const told = Object.entries(stated ?? {}).filter(([, value]) => typeof value === 'number')
  return { ...before, ...Object.fromEntries(told) }
}

/** Token counts, or undefined when none was stated. Anthropic counts what was cached beside the input; here it is part of it. */
export function anthropicUsage({ input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens }: AnthropicUsage): TokenUsage | undefined {
  if (typeof input_tokens !== 'number' && typeof output_tokens !== 'number') return undefined
  const cached = cache_read_input_tokens ?? 0
  const written = cache_creation_input_tokens ?? 0
  return {
    inputTokens: (input_tokens ?? 0) + cached + written,
    outputTokens: output_tokens ?? 0,
    ...(typeof cache_read_input_tokens === 'number' ? { cachedInputTokens: cached } : {}),
    ...(typeof cache_creation_input_tokens === 'number' ? { cacheWriteInputTokens: written } : {}),
  }
}

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])

export function anthropicReason(stated: string | undefined): FinishReason {
  return reasons.get(stated ?? '') ?? 'other'
}
