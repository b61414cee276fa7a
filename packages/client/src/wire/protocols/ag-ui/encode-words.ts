import { eventTime } from '../../events/time.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { ours, type Remark } from './words.ts'

/** An event of theirs, before it is written. A member that is undefined is not. */
export interface Word {
  readonly type: string
  readonly [member: string]: unknown
}

/** Makes ids that no other run of the conversation has: its client keeps the messages of all runs in one list. */
export type NewId = (kind: string) => string

export const time = (event: AgentEvent): { readonly timestamp?: number } => {
  const at = eventTime(event)
  return at === undefined ? {} : { timestamp: Math.trunc(at) }
}

/**
 * What stands beside the words for an event: its time, and as `rawEvent` what it has beside its type, its time and the members
 * `told` in those words; nothing where that is all.
 */
export function envelope(event: AgentEvent, told: readonly string[], beside: Remark = {}): { readonly timestamp?: number; readonly rawEvent?: unknown } {
  const more = Object.entries(event).filter(([name, value]) => name !== 'type' && name !== 'timestamp' && !told.includes(name) && value !== undefined)
  const remarks: Remark = { ...beside, ...(more.length > 0 ? { more: Object.fromEntries(more) } : {}) }
  return { ...time(event), ...(Object.keys(remarks).length > 0 ? { rawEvent: { [ours]: remarks } } : {}) }
}

/** For what is there only because AG-UI wants it, and is no event of ours. */
export const closing = { rawEvent: { [ours]: { isClosing: true } satisfies Remark } }
