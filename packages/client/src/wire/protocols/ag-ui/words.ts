import { isoTimeOf } from '../../events/iso-time.ts'
import { isObject, isText, type Members, maybe, needed, type Typed, wrongIn } from '../../json.ts'

export const wrong = wrongIn('an AG-UI event')
export const maybeText = maybe(isText, 'text', wrong)
export const textOf = needed(maybeText, wrong)

/** The name of a CUSTOM event that carries one of ours as its value, and of our member in `rawEvent`. */
export const ours = 'agentstream'

/** What the words of AG-UI cannot say about an event of ours; it travels in `rawEvent`, which the protocol leaves to the sender. */
export interface Remark {
  /** Members the event has beside those of AG-UI. */
  readonly more?: Readonly<Record<string, unknown>>
  /** Members to read from the JSON text that AG-UI has in their place. */
  readonly isJson?: boolean
  /** The event is a `tool_error`. */
  readonly isError?: boolean
  /** The end of something that never ended in our run: AG-UI allows nothing to stay open. */
  readonly isClosing?: boolean
  /** The run's result, where the words for its end have no place for it. */
  readonly result?: unknown
}

export function remarkOf({ rawEvent: raw }: Typed): Remark {
  const remark = isObject(raw) ? raw[ours] : undefined
  return isObject(remark) ? remark : {}
}

/** Custom events with these names are words of AG-UI; the rest of an activity's name is its id. */
export const names = { state: 'state', messages: 'messages', raw: 'raw', activity: 'activity/' } as const

/** The time of an event as the envelope has it. */
export function timeOf({ timestamp }: Members): { readonly timestamp?: string } {
  const time = isoTimeOf(timestamp)
  return time === undefined ? {} : { timestamp: time }
}
