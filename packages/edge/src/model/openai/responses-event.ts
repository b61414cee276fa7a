import * as z from 'zod'
import type { FinishReason, TokenUsage } from '../provider.ts'

/** One event of OpenAI's responses, and what is asked of it. Unknown members are dropped, but for reasoning, which goes back as it came. */

const text = z.string().nullish()
const count = z.number().nullish()
const anything = z.unknown().optional()

const part = z.object({ type: text, text, refusal: text })

const item = z.looseObject({
  type: text,
  id: text,
  call_id: text,
  name: text,
  arguments: text,
  encrypted_content: text,
  content: z.array(part).nullish(),
  summary: z.array(part).nullish(),
})

const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z.object({ cached_tokens: count }).nullish(),
  output_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
})

const response = z.object({
  status: text,
  output: z.array(item).nullish(),
  usage: usage.nullish(),
  error: anything,
  incomplete_details: z.object({ reason: text }).nullish(),
})

export const responsesEvent = z.object({
  type: text,
  output_index: count,
  item_id: text,
  content_index: count,
  summary_index: count,
  delta: anything,
  text,
  refusal: text,
  arguments: text,
  item: item.nullish(),
  response: response.nullish(),
  error: anything,
  code: anything,
  ...{ object: text, status: text, output: response.shape.output, usage: response.shape.usage, incomplete_details: response.shape.incomplete_details },
})

export type ResponsesEvent = z.infer<typeof responsesEvent>
export type ResponsesItem = z.infer<typeof item>
export type WholeResponse = z.infer<typeof response>

/** Token counts of a response, or undefined when it states none. */
export function responsesUsage({ usage: stated }: WholeResponse): TokenUsage | undefined {
  if (!stated || (typeof stated.input_tokens !== 'number' && typeof stated.output_tokens !== 'number')) return undefined
  const cached = stated.input_tokens_details?.cached_tokens
  const reasoning = stated.output_tokens_details?.reasoning_tokens
  return {
    inputTokens: stated.input_tokens ?? 0,
    outputTokens: stated.output_tokens ?? 0,
    ...(typeof cached === 'number' ? { cachedInputTokens: cached } : {}),
    ...(typeof reasoning === 'number' ? { reasoningTokens: reasoning } : {}),
  }
}

export function incompleteReason({ incomplete_details }: WholeResponse): FinishReason {
  const reason = incomplete_details?.reason
  if (reason === 'content_filter') return 'content_filter'
  return reason === 'max_output_tokens' ? 'length' : 'other'
}

/** What an item says, whole: text of a message, thinking of a reasoning item. */
export function itemTexts(whole: ResponsesItem): readonly { readonly type: 'text' | 'thinking'; readonly text: string }[] {
  if (whole.type === 'message') return (whole.content ?? []).map((piece) => ({ type: 'text', text: piece.text || piece.refusal || '' }))
  if (whole.type !== 'reasoning') return []
  const thoughts = whole.summary?.length ? whole.summary : (whole.content ?? [])
  return thoughts.map((piece) => ({ type: 'thinking', text: piece.text ?? '' }))
}
