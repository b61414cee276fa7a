import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { isName } from '../../json.ts'
import { envelope, type NewId, type Word } from './encode-words.ts'

/** The agent's texts as messages: a new one after everything that parts two texts. One is open at a time. */
export interface SpeechWords {
  say(event: EventOf<'token'> | EventOf<'thinking_token'>): Word[]
  close(): Word[]
  /** The message that the calls of this turn belong to: the text before them, or one that has no text. */
  parent(): string
  /** What comes now is a new turn of the model. */
  turn(): void
}

export function createSpeechWords(newId: NewId): SpeechWords {
  let open: { readonly kind: AgentEvent['type']; readonly id: string } | undefined
  let parent: string | undefined

  const close = (): Word[] => {
    if (!open) return []
    const { kind, id: messageId } = open
    open = undefined
    if (kind === 'token') return [{ type: 'TEXT_MESSAGE_END', messageId }]
    return [
      { type: 'REASONING_MESSAGE_END', messageId },
      { type: 'REASONING_END', messageId },
    ]
  }
  const begin = (kind: AgentEvent['type'], messageId: string): Word[] => {
    open = { kind, id: messageId }
    if (kind === 'token') {
      parent = messageId
      return [{ type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' }]
    }
    return [
      { type: 'REASONING_START', messageId },
      { type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' },
    ]
  }
  return {
    close,
    parent() {
      parent ??= newId('message')
      return parent
    },
    turn() {
      parent = undefined
    },
    say(event) {
      const { type: kind, content: delta } = event
      const given = isName(event['message_id']) ? event['message_id'] : undefined
      const goesOn = open?.kind === kind && (given === undefined || given === open.id)
      const before = goesOn ? [] : [...close(), ...begin(kind, given ?? newId(kind === 'token' ? 'message' : 'reasoning'))]
      const piece = {
        type: kind === 'token' ? 'TEXT_MESSAGE_CONTENT' : 'REASONING_MESSAGE_CONTENT',
        messageId: open?.id,
        delta,
        ...envelope(event, given === undefined ? ['content'] : ['content', 'message_id']),
      }
      return [...before, piece]
    },
  }
}
