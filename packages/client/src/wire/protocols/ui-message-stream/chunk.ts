import type { AgentEvent } from '../../events/vocabulary.ts'
import { isText, type Typed, wrongIn } from '../../json.ts'

/** What a chunk becomes. */
export type Reading = (chunk: Typed) => readonly AgentEvent[]

/** The name under which an event travels that the protocol has no words for: transient, so that it never becomes part of a message. */
export const carried = 'agent-event'
/** Before the name of a chunk of the app's own (`data-weather`). */
export const dataPrefix = 'data-'

export const wrong = wrongIn('a chunk of a UI message stream')

/**
 * The reading of a chunk that must have these texts; it throws a ProtocolError for one without. Other members are looked at where
 * they are used, and passed over when they are not what they should be.
 */
export const having =
  <const Name extends string>(names: readonly Name[], read: (chunk: Typed & { readonly [N in Name]: string }) => readonly AgentEvent[]): Reading =>
  (chunk) => {
    for (const name of names) if (!isText(chunk[name])) throw wrong(`\`${name}\` of ${chunk.type} is no text`, chunk)
    return read(chunk as Typed & { readonly [N in Name]: string }) // Its texts were just checked.
  }
