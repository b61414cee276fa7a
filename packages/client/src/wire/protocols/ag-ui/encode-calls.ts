import type { EventOf } from '../../events/vocabulary.ts'
import { closing, type Ids, remark, time, type Word } from './encode-words.ts'
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
  readonly index: number | undefined
  text: string
}

function isText(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value)
  } catch {
    // No JSON: it is read back as the text it is.
    return text === value
  }
}

/** A result is text; what is none is told as JSON, with the remark that it is. */
function contentOf(event: EventOf<'tool_result'> | EventOf<'tool_error'>): { readonly content: string; readonly beside: Remark } {
  if (event.type === 'tool_error') return { content: event.error, beside: { isError: true } }
  if (typeof event.result === 'string') return { content: event.result, beside: {} }
  return { content: JSON.stringify(event.result) ?? 'null', beside: { isJson: true } }
}

export function createCallWords(ids: Ids, parent: () => string): CallWords {
  const open = new Map<string, Call>()
  /** Names by id of all calls that were told, and the ids of those that wait for a result. */
  const names = new Map<string, string>()
  const waiting = new Map<string, Set<string>>()

  const begin = (id: string, name: string, index: number | undefined): Call => {
    const call = { id, name, index, text: '' }
    open.set(id, call)
    names.set(id, name)
    return call
  }
  const end = (call: Call): void => {
    open.delete(call.id)
    const same = waiting.get(call.name) ?? new Set()
    waiting.set(call.name, same.add(call.id))
  }
  const openBy = (matches: (call: Call) => boolean): Call | undefined => {
    for (const call of open.values()) if (matches(call)) return call
    return undefined
  }
  const assembling = ({ id, index }: EventOf<'tool_call_delta'>['tool_call']): Call | undefined => {
    if (id) return open.get(id)
    return index == null ? [...open.values()].at(-1) : openBy((call) => call.index === index)
  }
  const argument = (call: Call, delta: string, beside: object): Word[] => {
    call.text += delta
    return delta === '' ? [] : [{ type: 'TOOL_CALL_ARGS', toolCallId: call.id, delta, ...beside }]
  }
  /** A result comes only after its call was ended, whatever our run says. */
  const endOf = (given: string | null | undefined, name: string): Word[] => {
    const isAnswered = !given && waiting.get(name)?.size
    const call = given ? open.get(given) : isAnswered ? undefined : openBy((each) => each.name === name)
    if (!call) return []
    end(call)
    return [{ type: 'TOOL_CALL_END', toolCallId: call.id, ...closing }]
  }
  const oldestOf = (name: string): string => {
    const [oldest] = waiting.get(name) ?? []
    return oldest ?? ids.next('call')
  }
  return {
    assemble(event) {
      const { tool_call: stated, arguments_delta: piece } = event
      const { name, arguments: all } = stated.function
      const known = assembling(stated)
      const call = known ?? begin(stated.id || ids.next('call'), name || 'unknown', stated.index ?? undefined)
      const start: Word[] = known ? [] : [{ type: 'TOOL_CALL_START', toolCallId: call.id, toolCallName: call.name, parentMessageId: parent(), ...time(event) }]
      // AIECS tells all arguments so far; where they do not go on from what was told, the call itself says what is right.
      const grown = typeof all === 'string' && all.startsWith(call.text) ? all.slice(call.text.length) : ''
      return [...start, ...argument(call, piece ?? grown, time(event))]
    },
    call(event) {
      const { tool_name: name, operation, parameters, tool_call_id: id } = event
      const whole = operation ? `${name}_${operation}` : name
      const known = id ? open.get(id) : (openBy((call) => call.name === whole) ?? openBy((call) => call.name === name))
      const call = known ?? begin(id || ids.next('call'), name, undefined)
      const words: Word[] = known ? [] : [{ type: 'TOOL_CALL_START', toolCallId: call.id, toolCallName: name, parentMessageId: parent(), ...closing }]
      if (!known && parameters !== undefined) words.push(...argument(call, JSON.stringify(parameters), closing))
      const isTold = call.text === '' ? parameters === undefined : isText(call.text, parameters)
      const told = ['tool_call_id', ...(isTold ? ['parameters'] : []), ...(call.name === name ? ['tool_name'] : [])]
      end(call)
      return [...words, { type: 'TOOL_CALL_END', toolCallId: call.id, ...time(event), ...remark(event, told) }]
    },
    result(event) {
      const { tool_name: name, tool_call_id: given } = event
      const ends = endOf(given, name)
      const id = given || oldestOf(name)
      const calledAs = names.get(id)
      waiting.get(calledAs ?? name)?.delete(id)
      const members = ['result', 'error', 'tool_call_id', ...(calledAs === name ? ['tool_name'] : [])]
      const said = contentOf(event)
      const word = { type: 'TOOL_CALL_RESULT', messageId: ids.next('result'), toolCallId: id, role: 'tool', content: said.content }
      return [...ends, { ...word, ...time(event), ...remark(event, members, said.beside) }]
    },
    close() {
      const words = Array.from(open.keys(), (toolCallId): Word => ({ type: 'TOOL_CALL_END', toolCallId, ...closing }))
      open.clear()
      return words
    },
  }
}
