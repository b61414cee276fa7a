import { ProtocolError } from '../../../errors.ts'
import { isObject, parseJson } from '../../json.ts'

/**
 * The chunks, each with the members that must be texts. Others are looked at where they are used, and passed over when they are
 * not what they should be. Rules: `ai` 7.0, `src/ui-message-stream/ui-message-chunks.ts`; 5.0 and 6.0 send a part of these.
 */
const texts = {
  start: [],
  'start-step': [],
  'finish-step': [],
  'reset-step': [],
  'message-metadata': [],
  finish: [],
  abort: [],
  error: ['errorText'],
  'text-start': ['id'],
  'text-delta': ['id', 'delta'],
  'text-end': ['id'],
  'reasoning-start': ['id'],
  'reasoning-delta': ['id', 'delta'],
  'reasoning-end': ['id'],
  'tool-input-start': ['toolCallId', 'toolName'],
  'tool-input-delta': ['toolCallId', 'inputTextDelta'],
  'tool-input-available': ['toolCallId', 'toolName'],
  'tool-input-error': ['toolCallId', 'toolName', 'errorText'],
  'tool-approval-request': ['approvalId', 'toolCallId'],
  'tool-approval-response': ['approvalId'],
  'tool-output-available': ['toolCallId'],
  'tool-output-error': ['toolCallId', 'errorText'],
  'tool-output-denied': ['toolCallId'],
  'source-url': ['sourceId', 'url'],
  'source-document': ['sourceId', 'mediaType', 'title'],
  file: ['url', 'mediaType'],
  'reasoning-file': ['url', 'mediaType'],
  custom: ['kind'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type ChunkType = keyof typeof texts
type Members = Readonly<Record<string, unknown>>
/** A chunk whose texts were checked; what else it has is unknown. */
export type ChunkOf<T extends ChunkType> = Members & { readonly type: T } & { readonly [M in (typeof texts)[T][number]]: string }
export type KnownChunk = { [T in ChunkType]: ChunkOf<T> }[ChunkType]
/** A chunk of the app's own (`data-weather`), or of a release that is not known here. */
export type OtherChunk = Members & { readonly type: string }

/** The name under which an event travels that the protocol has no words for: transient, so that it never becomes part of a message. */
export const carried = 'agent-event'
export const dataPrefix = 'data-'

export function isKnown(chunk: OtherChunk): chunk is KnownChunk {
  return Object.hasOwn(texts, chunk.type)
}

function hasType(value: unknown): value is OtherChunk {
  return isObject(value) && typeof value['type'] === 'string'
}

/** Throws ProtocolError for what is no chunk, and for a known chunk without the texts it must have. */
export function parseChunk(data: string): OtherChunk {
  const chunk = parseJson(data)
  if (!hasType(chunk)) throw wrong('expected an object with a text `type`', data)
  if (!isKnown(chunk)) return chunk
  // The type is known to be one of many, and so are the members, until one is picked.
  const members: Members = chunk
  for (const member of texts[chunk.type]) if (typeof members[member] !== 'string') throw wrong(`\`${member}\` of ${chunk.type} is no text`, data)
  if (chunk.type === 'tool-approval-response' && typeof members['approved'] !== 'boolean') throw wrong('`approved` is neither true nor false', data)
  return chunk
}

export function wrong(what: string, data: string): ProtocolError {
  return new ProtocolError(`Not a chunk of a UI message stream: ${what}`, { excerpt: data.slice(0, 200) })
}
