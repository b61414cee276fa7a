import { isoTimeOf } from '../../events/iso-time.ts'
import { custom } from '../../events/told-run.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { isObject, isText, type Typed } from '../../json.ts'
import type { Piece } from './pieces.ts'
import { maybeText, textOf } from './words.ts'

export type Tell = (value: Typed, event: AgentEvent) => AgentEvent[]

/** Texts and reasoning: both come in messages with an id, whole or in chunks that leave out what has not changed. */
export interface Speech {
  start(value: Typed): AgentEvent[]
  piece(value: Typed): AgentEvent[]
  /** The same for a piece that says nothing else. */
  add(piece: Piece): AgentEvent[]
  end(value: Typed): AgentEvent[]
  think(value: Typed): AgentEvent[]
  /** Messages of others that nobody ended. */
  flush(): AgentEvent[]
  /** A snapshot tells the conversation anew. */
  retell(messages: readonly unknown[]): void
  /** The text of the agent's last message, for a run that names no result. */
  said(): string
}

export function createSpeech(tell: Tell): Speech {
  /** What others say (a user's or a system's message) is no part of the answer, and told as a whole. */
  const others = new Map<string | undefined, { readonly role: string; text: string }>()
  const begun = new Set<string>()
  let count = 0
  let current: string | undefined
  let last: string | undefined
  let said = ''
  let thinking: string | undefined

  const start = (value: Typed): AgentEvent[] => {
    const id = maybeText(value, 'messageId') ?? `message-${++count}`
    const role = maybeText(value, 'role') ?? 'assistant'
    current = id
    begun.add(id)
    if (role !== 'assistant') others.set(id, { role, text: '' })
    else if (value['subagentRunId'] == null) {
      last = id
      said = ''
    }
    return []
  }
  /** The message a piece belongs to. A chunk begins its own, and so does a text whose beginning was not sent. */
  const opened = (value: Typed): string => {
    const given = maybeText(value, 'messageId')
    if (given === undefined ? current === undefined : !begun.has(given)) start(value)
    else if (given !== undefined && value.type === 'TEXT_MESSAGE_CHUNK') current = given
    return given ?? current ?? ''
  }
  const close = (id: string | undefined): AgentEvent[] => {
    const other = others.get(id)
    return other && others.delete(id) ? [custom('message', { id, role: other.role, content: other.text })] : []
  }
  /** False when there is nothing to tell of it. */
  const say = (id: string, content: string): boolean => {
    const other = others.get(id)
    if (other) other.text += content
    if (other || content === '') return false
    if (id === last) said += content
    return true
  }
  return {
    start,
    piece(value) {
      const id = opened(value)
      const content = value.type === 'TEXT_MESSAGE_CHUNK' ? (maybeText(value, 'delta') ?? '') : textOf(value, 'delta')
      return say(id, content) ? tell(value, { type: 'token', content, message_id: id }) : []
    },
    add({ id, content, time }) {
      if (!begun.has(id)) start({ type: 'TEXT_MESSAGE_START', messageId: id })
      if (!say(id, content)) return []
      const timestamp = isoTimeOf(time)
      return [timestamp === undefined ? { type: 'token', content, message_id: id } : { type: 'token', content, message_id: id, timestamp }]
    },
    end: (value) => {
      const id = maybeText(value, 'messageId') ?? current
      if (id === current) current = undefined
      return close(id)
    },
    think(value) {
      const given = maybeText(value, 'messageId')
      // The older names have no ids; each of their messages begins with a start.
      if (given !== undefined || thinking === undefined || value.type.endsWith('START')) thinking = given ?? `reasoning-${++count}`
      const content = maybeText(value, 'delta') ?? ''
      return content === '' ? [] : tell(value, { type: 'thinking_token', content, message_id: thinking })
    },
    flush: () => [...others.keys()].flatMap(close),
    retell(messages) {
      const answer = messages.findLast((message) => isObject(message) && message['role'] === 'assistant')
      if (!isObject(answer) || !isText(answer['content'])) return
      said = answer['content']
      last = isText(answer['id']) ? answer['id'] : last
    },
    said: () => said,
  }
}
