import { firstOf, wholeName } from '../../events/calls.ts'
import type { EventOf } from '../../events/vocabulary.ts'
import { jsonOrText } from '../../json.ts'
import { closing, envelope, type NewId, time, type Word } from './encode-words.ts'
import type { Remark } from './words.ts'

/** Tool calls by id; those that have none are found by index, then by name and in order, as the reducer finds them. */
export interface CallWords {
  assemble(event: EventOf<'tool_call_delta'>): Word[]
  call(event: EventOf<'tool_call'>): Word[]
  result(event: EventOf<'tool_result'> | EventOf<'tool_error'>): Word[]
  close(): Word[]
}

interface Call {
  readonly id: string
  readonly name: string
  readonly index: number | null | undefined
  text: string
}

/** True for a text that is read back as this value. */
const says = (text: string, value: unknown): boolean => JSON.stringify(jsonOrText(text)) === JSON.stringify(value)

/** A result is text; what is none is told as JSON, with the remark that it is. */
function contentOf(event: EventOf<'tool_result'> | EventOf<'tool_error'>): { readonly content: string; readonly beside: Remark } {
  if (event.type === 'tool_error') return { content: event.error, beside: { isError: true } }
  if (typeof event.result === 'string') return { content: event.result, beside: {} }
  return { content: JSON.stringify(event.result) ?? 'null', beside: { isJson: true } }
}

export function createCallWords(newId: NewId, parent: () => string): CallWords {
  const open = new Map<string, Call>()
  /** All calls that were told, by id, and those that wait for a result. */
  const told = new Map<string, Call>()
  const waiting = new Set<Call>()

  const begin = (stated: string | null | undefined, name: string, index?: number | null): Call => {
    const call = { id: stated || newId('call'), name, index, text: '' }
    open.set(call.id, call)
    told.set(call.id, call)
    return call
  }
  const start = ({ id, name }: Call, beside: object): Word => ({
    type: 'TOOL_CALL_START',
    toolCallId: id,
    toolCallName: name,
    parentMessageId: parent(),
    ...beside,
  })
  const argument = (call: Call, delta: string, beside: object): Word[] => {
    call.text += delta
    return delta === '' ? [] : [{ type: 'TOOL_CALL_ARGS', toolCallId: call.id, delta, ...beside }]
  }
  const end = (call: Call, beside: object): Word => {
    open.delete(call.id)
    waiting.add(call)
    return { type: 'TOOL_CALL_END', toolCallId: call.id, ...beside }
  }
  const named = (calls: Iterable<Call>, name: string): Call | undefined => firstOf(calls, (call) => call.name === name)
  const assembling = ({ id, index }: EventOf<'tool_call_delta'>['tool_call']): Call | undefined => {
    if (id) return open.get(id)
    return index == null ? [...open.values()].at(-1) : firstOf(open.values(), (call) => call.index === index)
  }
  return {
    assemble(event) {
      const { tool_call: stated, arguments_delta: piece } = event
      const { name, arguments: all } = stated.function
      const known = assembling(stated)
      const call = known ?? begin(stated.id, name || 'unknown', stated.index)
      // AIECS tells all arguments so far; where they do not go on from what was told, the call itself says what is right.
      const grown = all?.startsWith(call.text) ? all.slice(call.text.length) : ''
      return [...(known ? [] : [start(call, time(event))]), ...argument(call, piece ?? grown, time(event))]
    },
    call(event) {
      const { tool_name: name, parameters, tool_call_id: id } = event
      const known = id ? open.get(id) : (named(open.values(), wholeName(event)) ?? named(open.values(), name))
      const call = known ?? begin(id, name)
      const words = known ? [] : [start(call, closing), ...(parameters === undefined ? [] : argument(call, JSON.stringify(parameters), closing))]
      const isTold = call.text === '' ? parameters === undefined : says(call.text, parameters)
      const members = ['tool_call_id', ...(isTold ? ['parameters'] : []), ...(call.name === name ? ['tool_name'] : [])]
      return [...words, end(call, envelope(event, members))]
    },
    result(event) {
      const { tool_name: name, tool_call_id: given } = event
      // A result comes only after its call was ended, whatever our run says.
      const call = given ? told.get(given) : (named(waiting, name) ?? named(open.values(), name))
      const ends = call && open.has(call.id) ? [end(call, closing)] : []
      if (call) waiting.delete(call)
      const members = ['result', 'error', 'tool_call_id', ...(call?.name === name ? ['tool_name'] : [])]
      const { content, beside } = contentOf(event)
      const toolCallId = call?.id ?? (given || newId('call'))
      const word = { type: 'TOOL_CALL_RESULT', messageId: newId('result'), toolCallId, role: 'tool', content }
      return [...ends, { ...word, ...envelope(event, members, beside) }]
    },
    close: () => Array.from(open.values(), (call) => end(call, closing)),
  }
}
