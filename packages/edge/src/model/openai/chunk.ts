import type { Frame } from '@agentstream/client/wire'
import * as z from 'zod'
import { ProviderError } from '../../errors.ts'
import { readFrame, statedError } from '../http/read-frame.ts'
import type { TokenUsage } from '../provider.ts'

/** One chunk of a streamed chat completion, as OpenAI and the servers that imitate it send it. Unknown members are dropped. */

const text = z.string().nullish()
const count = z.number().nullish()
const anything = z.unknown().optional()

const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
})

const toolCall = z.object({
  // Some servers leave the index out and send each call whole.
  index: count,
  id: text,
  // Some send the arguments as an object, not as JSON text.
  function: z.object({ name: text, arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }).nullish(),
})

// Mistral's reasoning models send content as a list of parts.
const part = z.object({ type: text, text, thinking: anything })
const partText = z.array(z.object({ text }))

const delta = z.object({
  content: z.union([z.string(), z.array(part)]).nullish(),
  refusal: text,
  reasoning_content: text,
  // Text with OpenRouter, Groq and Cerebras; others use the name for objects that are no text.
  reasoning: anything,
  tool_calls: z.array(toolCall).nullish(),
})

// A server that was asked not to stream says `message` where a stream says `delta`.
// vLLM and SGLang say with `stop_reason` or `matched_stop` at which text they stopped, or at which token: then it is a number.
const choice = z.object({
  index: count,
  delta: delta.nullish(),
  message: delta.nullish(),
  finish_reason: text,
  stop_reason: anything,
  matched_stop: anything,
})

const chunk = z.object({
  choices: z.array(choice).nullish(),
  usage: usage.nullish(),
  error: anything,
})

export type OpenAIChunk = z.infer<typeof chunk>
export type OpenAIDelta = z.infer<typeof delta>
export type OpenAIToolCall = z.infer<typeof toolCall>

/** A frame as a chunk, or the ProviderError that it states or amounts to. */
export function parseChunk(frame: Frame, provider: string): OpenAIChunk | ProviderError {
  const read = readFrame(frame, { provider, schema: chunk })
  if (read instanceof ProviderError) return read
  return frame.event !== 'error' && (read.error === undefined || read.error === null) ? read : statedError(read.error, provider)
}

/** Token counts of a chunk, or undefined when it states none. */
export function usageOf(chunk: OpenAIChunk): TokenUsage | undefined {
  // The one place that is asked for with `include_usage`; Groq repeats the figures elsewhere.
  const { usage: stated } = chunk
  if (!stated || (typeof stated.prompt_tokens !== 'number' && typeof stated.completion_tokens !== 'number')) return undefined
  const cached = stated.prompt_tokens_details?.cached_tokens
  const reasoning = stated.completion_tokens_details?.reasoning_tokens
  return {
    inputTokens: stated.prompt_tokens ?? 0,
    outputTokens: stated.completion_tokens ?? 0,
    ...(typeof cached === 'number' ? { cachedInputTokens: cached } : {}),
    ...(typeof reasoning === 'number' ? { reasoningTokens: reasoning } : {}),
  }
}

/** What a delta says, in order: thinking first, as models think before they speak. */
export function textsOf(delta: OpenAIDelta): readonly { readonly type: 'text' | 'thinking'; readonly text: string }[] {
  const { content, refusal, reasoning_content, reasoning } = delta
  // Servers that send both names send the same text twice.
  const thinking = reasoning_content || (typeof reasoning === 'string' ? reasoning : '')
  const texts: { type: 'text' | 'thinking'; text: string }[] = [{ type: 'thinking', text: thinking }]
  if (typeof content === 'string') texts.push({ type: 'text', text: content })
  else for (const piece of content ?? []) texts.push(...partTexts(piece))
  texts.push({ type: 'text', text: refusal ?? '' })
  return texts.filter((piece) => piece.text !== '')
}

function partTexts(piece: z.infer<typeof part>): { type: 'text' | 'thinking'; text: string }[] {
  if (piece.type !== 'thinking') return [{ type: 'text', text: piece.text ?? '' }]
  const thoughts = partText.safeParse(piece.thinking).data ?? []
  return thoughts.map((thought) => ({ type: 'thinking', text: thought.text ?? '' }))
}
