import { eventTime } from '../../events/time.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { ours, type Remark } from './words.ts'

/** An event of theirs, before it is written. */
export interface Word {
  readonly type: string
  readonly [member: string]: unknown
}

/** Makes ids that no other run of the conversation has: its client keeps the messages of all runs in one list. */
export interface Ids {
  next(kind: string): string
}

export const time = (event: AgentEvent): { readonly timestamp?: number } => {
  const at = eventTime(event)
  return at === undefined ? {} : { timestamp: Math.trunc(at) }
}

/** `rawEvent` with what our event has beside its type, its time and the members told in the words of AG-UI; nothing where that is all. */
export function remark(event: AgentEvent, told: readonly string[], beside: Remark = {}): { readonly rawEvent?: unknown } {
  const more = Object.entries(event).filter(([name, value]) => name !== 'type' && name !== 'timestamp' && !told.includes(name) && value !== undefined)
  const remarks: Remark = { ...beside, ...(more.length > 0 ? { more: Object.fromEntries(more) } : {}) }
  return Object.keys(remarks).length > 0 ? { rawEvent: { [ours]: remarks } } : {}
}

/** For what is there only because AG-UI wants it, and is no event of ours. */
export const closing = { rawEvent: { [ours]: { isClosing: true } satisfies Remark } }
