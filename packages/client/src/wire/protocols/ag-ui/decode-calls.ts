import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { isText, jsonOrText, parseJson, type Typed } from '../../json.ts'
import type { Tell } from './decode-speech.ts'
import { maybeText, remarkOf, textOf, wrong } from './words.ts'

/** Tool calls: arguments in pieces, told as they come; the call itself when they are complete. */
export interface Calls {
  start(value: Typed): AgentEvent[]
  piece(value: Typed): AgentEvent[]
  end(value: Typed): AgentEvent[]
  chunk(value: Typed): AgentEvent[]
  /** A call that comes in chunks has no end of its own: whatever else is sent ends it. */
  endChunks(): AgentEvent[]
  result(value: Typed): AgentEvent[]
  nameOf(id: unknown): string | undefined
}

interface Call {
  readonly name: string
  text: string
}

export function createCalls(tell: Tell): Calls {
  const calls = new Map<string, Call>()
  let count = 0
  let chunked: { readonly id: string; readonly value: Typed } | undefined

  const begin = (value: Typed, id: string, name: string): AgentEvent[] => {
    calls.set(id, { name, text: '' })
    return tell(value, { type: 'tool_call_delta', tool_call: { id, function: { name } }, arguments_delta: '' })
  }
  const append = (value: Typed, id: string, delta: string): AgentEvent[] => {
    const call = calls.get(id)
    if (call) call.text += delta
    return delta === '' ? [] : tell(value, { type: 'tool_call_delta', tool_call: { id, function: {} }, arguments_delta: delta })
  }
  const finish = (value: Typed, id: string): AgentEvent[] => {
    const call = calls.get(id)
    if (!call) return []
    const { name, text } = call
    call.text = ''
    return tell(value, { type: 'tool_call', tool_name: name, ...(text === '' ? {} : { parameters: jsonOrText(text) }), tool_call_id: id })
  }
  const endChunks = (): AgentEvent[] => {
    const ended = chunked
    chunked = undefined
    // The last chunk was the one of its arguments: only whose call it is matters for the end.
    return ended ? finish({ type: 'TOOL_CALL_END', subagentRunId: ended.value['subagentRunId'] }, ended.id) : []
  }
  return {
    start: (value) => begin(value, textOf(value, 'toolCallId'), textOf(value, 'toolCallName')),
    piece: (value) => append(value, textOf(value, 'toolCallId'), textOf(value, 'delta')),
    end: (value) => finish(value, textOf(value, 'toolCallId')),
    chunk(value) {
      const id = maybeText(value, 'toolCallId') ?? chunked?.id
      if (id === undefined) throw wrong('the first chunk of a tool call has no `toolCallId`', value)
      const events: AgentEvent[] = []
      if (chunked?.id !== id) {
        events.push(...endChunks(), ...begin(value, id, textOf(value, 'toolCallName')))
        chunked = { id, value }
      }
      return [...events, ...append(value, id, maybeText(value, 'delta') ?? '')]
    },
    endChunks,
    nameOf: (id) => (isText(id) ? calls.get(id)?.name : undefined),
    result(value) {
      const { content } = value
      const id = maybeText(value, 'toolCallId') ?? `call-${++count}`
      const remark = remarkOf(value)
      if (!isText(content) && !Array.isArray(content)) throw wrong('`content` is neither text nor parts', value)
      const named = { tool_name: calls.get(id)?.name ?? 'unknown', tool_call_id: id }
      if (remark.isError) return tell(value, parseEvent({ type: 'tool_error', ...named, error: content }))
      const result = remark.isJson && isText(content) ? parseJson(content) : content
      return tell(value, { type: 'tool_result', ...named, result })
    },
  }
}
