import { isText, isTyped, parseJson, type Typed } from '../../json.ts'
import { readSameFrames } from '../../same-frame.ts'
import { wrong } from './words.ts'

/** Pieces of a text come by the thousand, and mostly say nothing else but their time. */
export interface Piece {
  readonly raw?: undefined
  readonly id: string
  readonly content: string
  readonly time: number | undefined
}
type Read = Piece | { readonly raw: Typed }

const members = ['type', 'messageId', 'delta', 'timestamp']

function pieceOf(value: Typed): Piece | undefined {
  const { type, messageId: id, delta: content, timestamp: time } = value
  if (type !== 'TEXT_MESSAGE_CONTENT' || !isText(id) || !isText(content)) return undefined
  if ((time !== undefined && typeof time !== 'number') || !Object.keys(value).every((name) => members.includes(name))) return undefined
  return { id, content, time }
}

function read(data: string): Read {
  const value = parseJson(data)
  if (!isTyped(value)) throw wrong('expected an object with a text `type`', value)
  return pieceOf(value) ?? { raw: value }
}

/** Reads the frames of one stream. Throws ProtocolError for what is no object with a text `type`. */
export const createReader = (): ((data: string) => Read) =>
  readSameFrames<Read>({
    read,
    variables(value) {
      if (value.raw) return []
      return value.time === undefined ? [value.content] : [value.content, value.time]
    },
    fill(value, [content, time]) {
      return value.raw || typeof content !== 'string' || typeof time === 'string' ? undefined : { id: value.id, content, time }
    },
  })
