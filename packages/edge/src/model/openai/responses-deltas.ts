import type { Frame, JsonObject, Stage } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import type { StreamDelta } from '../call-provider.ts'
import { closedEarly, readFrame, statedError } from '../http/read-frame.ts'
import type { FinishReason } from '../provider.ts'
import { incompleteReason, itemTexts, type ResponsesEvent, type ResponsesItem, responsesEvent, responsesUsage, type WholeResponse } from './responses-event.ts'

/** What is known of one item of the answer. */
interface Item {
  /** Something of it was given, so that its repetitions as a whole do not count. */
  said: boolean
  /** Its number among the calls. */
  call?: number
  /** Thinking of a later summary part stands on its own lines. */
  part: number
}

/** Stands for the item of events that name none. */
const nameless = 'nameless'

const spoken: Readonly<Record<string, 'text' | 'thinking'>> = {
  'response.output_text.delta': 'text',
  'response.refusal.delta': 'text',
  'response.reasoning_summary_text.delta': 'thinking',
  'response.reasoning_text.delta': 'thinking',
}

/**
 * Frames of OpenAI's responses to deltas. Everything is said up to three times there (in pieces, per item, and in the
 * final response); the first counts, and the later ones fill what a server left out. Finished means `response.completed`
 * or `response.incomplete`; an answer that came in one piece is read like the latter.
 */
export function responsesDeltas(provider = 'openai'): Stage<Frame, StreamDelta> {
  const items = new Map<string, Item>()
  const reasoning: JsonObject[] = []
  let calls = 0
  let over = false

  const known = (event: { output_index?: number | null | undefined; item_id?: string | null | undefined }): string =>
    String(event.output_index ?? event.item_id ?? nameless)
  const itemOf = (key: string): Item => {
    const item = items.get(key) ?? { said: false, part: 0 }
    items.set(key, item)
    return item
  }
  const fail = (error: ProviderError): readonly StreamDelta[] => {
    over = true
    return [{ type: 'failure', error }]
  }

  const speak = (type: 'text' | 'thinking', event: ResponsesEvent): readonly StreamDelta[] => {
    if (typeof event.delta !== 'string' || event.delta === '') return []
    const item = itemOf(known(event))
    const part = event.summary_index ?? 0
    const gap = type === 'thinking' && item.said && part > item.part ? '\n\n' : ''
    item.said = true
    item.part = part
    return [{ type, text: gap + event.delta }]
  }
  const openCall = (key: string, { call_id, id, name }: ResponsesItem): readonly StreamDelta[] => {
    const item = itemOf(key)
    if (item.call !== undefined) return []
    item.call = calls++
    const stated = call_id || id
    return [{ type: 'tool_call', index: item.call, ...(stated ? { id: stated } : {}), ...(name ? { name } : {}) }]
  }
  const argue = (key: string, fragment: unknown): readonly StreamDelta[] => {
    const item = itemOf(key)
    if (item.call === undefined || typeof fragment !== 'string' || fragment === '') return []
    item.said = true
    return [{ type: 'tool_call', index: item.call, arguments: fragment }]
  }
  const whole = (key: string, stated: ResponsesItem): readonly StreamDelta[] => {
    const opened = stated.type === 'function_call' ? openCall(key, stated) : []
    const item = itemOf(key)
    if (item.said) return opened
    if (stated.type === 'function_call') return [...opened, ...argue(key, stated.arguments)]
    const texts = itemTexts(stated).filter((piece) => piece.text !== '')
    item.said = texts.length > 0
    return texts
  }
  const keep = (stated: ResponsesItem): void => {
    // Parsed from JSON, so its members are JSON values. Without its encrypted content the server would not know it again.
    if (stated.type === 'reasoning' && stated.encrypted_content) reasoning.push(stated as JsonObject)
  }
  const finish = (response: WholeResponse, reason: FinishReason): readonly StreamDelta[] => {
    over = true
    const missing = (response.output ?? []).flatMap((item, index) => {
      if (items.size === 0) keep(item)
      return [String(index), String(item.id), nameless].some((key) => items.has(key)) ? [] : whole(String(index), item)
    })
    const usage = responsesUsage(response)
    return [
      ...missing,
      ...(usage ? [{ type: 'usage', usage } as const] : []),
      ...(reasoning.length > 0 ? [{ type: 'provider_data', data: { 'openai-responses': reasoning } } as const] : []),
      { type: 'finish', reason: reason === 'stop' && calls > 0 ? 'tool_calls' : reason },
      { type: 'done' },
    ]
  }
  const end = (response: WholeResponse): readonly StreamDelta[] => {
    if (response.status === 'completed') return finish(response, 'stop')
    if (response.status === 'incomplete') return finish(response, incompleteReason(response))
    return fail(statedError(response.error, provider))
  }
  const itemEvent = (event: ResponsesEvent, stated: ResponsesItem): readonly StreamDelta[] => {
    const key = known({ output_index: event.output_index, item_id: stated.id })
    if (event.type === 'response.output_item.done') {
      keep(stated)
      return whole(key, stated)
    }
    return stated.type === 'function_call' ? openCall(key, stated) : []
  }
  const read = (event: ResponsesEvent): readonly StreamDelta[] => {
    const type = event.type ?? ''
    if (type === 'error' || type === 'response.error') return fail(statedError(event.error ?? event, provider))
    if (event.object === 'response') return end(event)
    if (/^response\.(completed|incomplete|failed|cancelled)$/.test(type)) return end({ ...event.response, status: type.slice('response.'.length) })
    if (event.item) return itemEvent(event, event.item)
    if (type === 'response.function_call_arguments.delta') return argue(known(event), event.delta)
    const kind = Object.hasOwn(spoken, type) ? spoken[type] : undefined
    return kind ? speak(kind, event) : []
  }
  return {
    push(frame) {
      const data = frame.data.trim()
      // Some servers end as chat completions do; the end of a response was told before.
      if (over || data === '' || data === '[DONE]') return []
      const event = readFrame(frame, { provider, schema: responsesEvent })
      return event instanceof ProviderError ? fail(event) : read(event)
    },
    end: () => (over ? [] : fail(closedEarly(provider))),
  }
}
