import { ProtocolError } from '../../../errors.ts'
import { toIsoTime } from '../../events/iso-time.ts'
import { isObject } from '../../json.ts'

/** One piece of an answer, as `StreamChunk` in `agenticraft/core/streaming.py` is written to JSON. */
export interface StreamChunk {
  readonly content: string
  readonly token?: string | null
  readonly metadata?: Readonly<Record<string, unknown>> | null
  readonly is_final: boolean
  /** Seconds since 1970, where it is a number. */
  readonly timestamp?: unknown
}

/** Where a chunk carries an event that AgentiCraft has no words for; its own readers ignore chunks without content. */
export const carried = 'agent_event'

/** True for what can only be a chunk: a text may well be some other JSON. */
export function looksLikeChunk(value: unknown): boolean {
  return isObject(value) && typeof value['content'] === 'string' && typeof value['is_final'] === 'boolean'
}

/** Throws ProtocolError for anything else. */
export function parseChunk(value: unknown): StreamChunk {
  if (!isObject(value) || !looksLikeChunk(value)) throw wrong('expected `content` and `is_final`', value)
  const { metadata } = value
  if (metadata != null && !isObject(metadata)) throw wrong('`metadata` is no object', value)
  return value as unknown as StreamChunk // Its texts were checked by looksLikeChunk; the time is looked at where it is used.
}

function wrong(what: string, value: unknown): ProtocolError {
  return new ProtocolError(`Not an AgentiCraft chunk: ${what}`, { excerpt: JSON.stringify(value)?.slice(0, 200) ?? '' })
}

/** The time of a chunk as the envelope has it; nothing for what is no date. */
export function isoTimeOf(seconds: unknown): string | undefined {
  // Beyond this a Date is invalid and refuses to be written.
  return typeof seconds !== 'number' || Math.abs(seconds) > 8.64e12 ? undefined : toIsoTime(seconds * 1000)
}
