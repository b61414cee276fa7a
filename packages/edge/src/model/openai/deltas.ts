import type { Frame, Stage } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import type { StreamDelta } from '../call-provider.ts'
import { closedEarly } from '../http/read-frame.ts'
import type { FinishReason, TokenUsage } from '../provider.ts'
import { type OpenAIChunk, type OpenAIToolCall, parseChunk, textsOf, usageOf } from './chunk.ts'

/**
 * Frames of a streamed chat completion to deltas. Usage and finish reason are held until the end, because servers repeat
 * them and some go on speaking after a finish reason; the last of each counts. Finished means `[DONE]`, or a finish
 * reason after which nothing more was said before the bytes end.
 */
export function openaiDeltas(provider = 'openai'): Stage<Frame, StreamDelta> {
  const slotOf = callSlots()
  let usage: TokenUsage | undefined
  let reason: FinishReason | undefined
  let stopText: string | undefined
  let spokeOn = false
  let over = false

  const close = (end: StreamDelta): readonly StreamDelta[] => {
    over = true
    const out: StreamDelta[] = usage ? [{ type: 'usage', usage }] : []
    if (end.type === 'done') out.push({ type: 'finish', reason: reason ?? 'other', ...(stopText === undefined ? {} : { stopText }) })
    return [...out, end]
  }
  const fail = (error: ProviderError): readonly StreamDelta[] => close({ type: 'failure', error })

  const callDelta = (call: OpenAIToolCall): StreamDelta => {
    const { id, name, fragment } = fields(call)
    const index = slotOf({ index: call.index ?? undefined, id, name })
    return { type: 'tool_call', index, ...(id ? { id } : {}), ...(name ? { name } : {}), ...(fragment ? { arguments: fragment } : {}) }
  }
  const conclude = (finish: string | null | undefined, said: readonly StreamDelta[]): void => {
    spokeOn = !finish && (spokeOn || said.length > 0)
    if (finish) reason = finishReason(finish)
  }
  const read = (chunk: OpenAIChunk): readonly StreamDelta[] => {
    usage = usageOf(chunk) ?? usage
    const out: StreamDelta[] = []
    for (const { index, delta: streamed, message, finish_reason, stop_reason, matched_stop } of chunk.choices ?? []) {
      // Only one answer was asked for; a second choice would be mixed into the first.
      if ((index ?? 0) !== 0) continue
      const delta = streamed ?? message
      if (delta) out.push(...textsOf(delta), ...(delta.tool_calls ?? []).map(callDelta))
      if (finish_reason === 'error') return [...out, ...fail(new ProviderError(provider, `${provider} reported an error instead of going on`))]
      conclude(finish_reason, out)
      stopText = metText(stop_reason ?? matched_stop, finish_reason) ?? stopText
    }
    return out
  }
  return {
    push(frame) {
      const data = frame.data.trim()
      if (over || data === '') return []
      if (data === '[DONE]') return close({ type: 'done' })
      const chunk = parseChunk(frame, provider)
      return chunk instanceof ProviderError ? fail(chunk) : read(chunk)
    },
    end() {
      if (over) return []
      if (reason !== undefined && !spokeOn) return close({ type: 'done' })
      return fail(closedEarly(provider))
    },
  }
}

function fields(call: OpenAIToolCall): { id: string; name: string; fragment: string } {
  const stated = call.function?.arguments ?? ''
  const fragment = typeof stated === 'string' ? stated : JSON.stringify(stated)
  return { id: call.id ?? '', name: call.function?.name ?? '', fragment }
}

/** Some say here why they stopped, in the words of the finish reason. */
function metText(stated: unknown, finish: string | null | undefined): string | undefined {
  return typeof stated === 'string' && finish === 'stop' && stated !== finish ? stated : undefined
}

function finishReason(text: string): FinishReason {
  if (text === 'stop' || text === 'length' || text === 'content_filter' || text === 'tool_calls') return text
  if (text === 'function_call') return 'tool_calls'
  return text === 'model_length' || text === 'max_tokens' ? 'length' : 'other'
}

interface Slot {
  readonly number: number
  readonly id: string
}

/**
 * Which call a fragment belongs to, as a number from zero in order of first appearance. Servers differ: an index on every
 * fragment; no index and whole calls; index 0 for every call. A new id with a name opens a call, without one it goes on.
 */
function callSlots(): (call: { index: number | undefined; id: string; name: string }) => number {
  const byIndex = new Map<number, Slot>()
  const byId = new Map<string, Slot>()
  let last: Slot | undefined
  let slots = 0
  return ({ index, id, name }) => {
    const known = index === undefined ? (byId.get(id) ?? (name === '' ? last : undefined)) : byIndex.get(index)
    const opens = known === undefined || (id !== '' && known.id !== '' && known.id !== id && name !== '')
    const slot = opens ? { number: slots++, id } : known
    if (index !== undefined) byIndex.set(index, slot)
    if (id !== '') byId.set(id, slot)
    last = slot
    return slot.number
  }
}
