import { ProtocolError } from '../../../errors.ts'
import { toIsoTime } from '../../events/iso-time.ts'
import { isObject } from '../../json.ts'

/** An event as it came: an object with a text `type`. Every other member is looked at where it is used. */
export type Raw = Readonly<Record<string, unknown>> & { readonly type: string }

export function isRaw(value: unknown): value is Raw {
  return isObject(value) && typeof value['type'] === 'string'
}

export function wrong(what: string, value: unknown): ProtocolError {
  return new ProtocolError(`Not an AG-UI event: ${what}`, { excerpt: JSON.stringify(value)?.slice(0, 200) ?? '' })
}

/** Text, or undefined where it is absent; Python hosts write null. Throws ProtocolError for anything else. */
export function maybeText(value: Raw, key: string): string | undefined {
  const text = value[key]
  if (text == null) return undefined
  if (typeof text === 'string') return text
  throw wrong(`\`${key}\` is no text`, value)
}

export function textOf(value: Raw, key: string): string {
  const text = maybeText(value, key)
  if (text === undefined) throw wrong(`\`${key}\` is missing`, value)
  return text
}

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

export function remarkOf(value: Raw): Remark | undefined {
  const raw = value['rawEvent']
  const remark = isObject(raw) ? raw[ours] : undefined
  return isObject(remark) ? remark : undefined
}

/** Custom events with these names are words of AG-UI; the rest of an activity's name is its id. */
export const names = { state: 'state', messages: 'messages', raw: 'raw', activity: 'activity/' } as const

/** Milliseconds since 1970 as the envelope has them. Beyond this a Date is invalid and refuses to be written. */
export function isoTimeOf(time: unknown): string | undefined {
  return typeof time === 'number' && Math.abs(time) <= 8.64e15 ? toIsoTime(time) : undefined
}

export function timeOf(value: Raw): { readonly timestamp?: string } {
  const timestamp = isoTimeOf(value['timestamp'])
  return timestamp === undefined ? {} : { timestamp }
}
