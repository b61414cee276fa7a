import { isObject, isText, type Members, wrongIn } from '../../json.ts'

/** One piece of an answer, as `StreamChunk` in `agenticraft/core/streaming.py` is written to JSON. */
export interface StreamChunk {
  readonly content: string
  readonly token?: string | null
  readonly metadata?: Members | null
  readonly is_final: boolean
  /** Seconds since 1970, where it is a number. */
  readonly timestamp?: unknown
}

/** Where a chunk carries an event that AgentiCraft has no words for; its own readers ignore chunks without content. */
export const carried = 'agent_event'

/** True for what can only be a chunk: a text may well be some other JSON. */
export function looksLikeChunk(value: unknown): boolean {
  return isObject(value) && isText(value['content']) && typeof value['is_final'] === 'boolean'
}

const wrong = wrongIn('an AgentiCraft chunk')

/** Throws ProtocolError for anything else. */
export function parseChunk(value: unknown): StreamChunk {
  if (!isObject(value) || !looksLikeChunk(value)) throw wrong('expected `content` and `is_final`', value)
  if (!isObject(value['metadata'] ?? {})) throw wrong('`metadata` is no object', value)
  return value as unknown as StreamChunk // Its members were checked; the time is looked at where it is used.
}
