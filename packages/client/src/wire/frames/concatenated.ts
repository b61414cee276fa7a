/**
 * JSON texts one after another with nothing, or any white space, between them. In come bytes, out goes one frame per text as
 * soon as its last character is there; what the texts say is not looked at. Linear, whatever the cuts.
 */
import { StreamInterruptedError } from '../../errors.ts'
import { pipe, type Stage } from '../stage.ts'
import { takeFields, withFields } from './fields.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { ndjson } from './ndjson.ts'
import { holdText, textOfBytes } from './text.ts'

const tab = 0x09
const carriageReturn = 0x0d
const separator = 0x1e
const space = 0x20
const quote = 0x22
const backslash = 0x5c
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

const isBlank = (code: number): boolean => code === space || code === separator || (code >= tab && code <= carriageReturn)
const isOpening = (code: number): boolean => code === openBrace || code === openBracket

/** Follows one JSON text by depth, strings and escapes; whether it is JSON at all is for the parser to say. */
interface Follower {
  begin(code: number): void
  /** Where the text ends, if it does before the end of this piece of it; else -1. */
  follow(piece: string, from: number): number
  /** True for a number, true, false or null, which only what follows can end. */
  isWord(): boolean
}

function createFollower(): Follower {
  let depth = 0
  let isString = false
  let isEscaped = false

  /** Past the closing quote, or to a separator, or to the end. */
  const throughString = (piece: string, from: number): number => {
    for (let at = from; at < piece.length; at++) {
      const code = piece.charCodeAt(at)
      if (code === separator) return at
      if (isEscaped) isEscaped = false
      else if (code === backslash) isEscaped = true
      else if (code === quote) {
        isString = false
        return at + 1
      }
    }
    return piece.length
  }
  const throughWord = (piece: string, from: number): number => {
    for (let at = from; at < piece.length; at++) {
      const code = piece.charCodeAt(at)
      if (isBlank(code) || isOpening(code) || code === quote) return at
    }
    return -1
  }
  /** The end of the text, where brackets outside of strings are even, or a separator. */
  const throughNest = (piece: string, from: number): number => {
    let at = isString ? throughString(piece, from) : from
    while (at < piece.length) {
      const code = piece.charCodeAt(at)
      if (code === separator) return at
      at++
      if (code === quote) {
        isString = true
        at = throughString(piece, at)
      } else if (isOpening(code)) depth++
      else if ((code === closeBrace || code === closeBracket) && --depth === 0) return at
    }
    return -1
  }
  return {
    begin(code) {
      depth = isOpening(code) ? 1 : 0
      isString = code === quote
      isEscaped = false
    },
    follow(piece, from) {
      if (depth > 0) return throughNest(piece, from)
      if (!isString) return throughWord(piece, from)
      const end = throughString(piece, from)
      return isString && end === piece.length ? -1 : end
    },
    isWord: () => depth === 0 && !isString,
  }
}

export interface JsonTexts extends Stage<string, string> {
  /** True inside a JSON text. */
  isOpen(): boolean
}

/**
 * Text to JSON texts. A record separator (RFC 7464) begins anew wherever it stands, so that one broken text costs no other.
 * The end throws StreamInterruptedError inside a text; only a bare word can end there.
 */
export function jsonTexts(limits: FramingLimits = defaultFramingLimits): JsonTexts {
  const follower = createFollower()
  const held = holdText('A JSON text', limits)
  let isOpen = false

  const release = (last: string): string => {
    held.add(last)
    isOpen = false
    return held.take()
  }
  /** Where the next text begins: the end where there is none. */
  const begin = (text: string, from: number): number => {
    let at = from
    while (at < text.length && isBlank(text.charCodeAt(at))) at++
    if (at === text.length) return at
    isOpen = true
    follower.begin(text.charCodeAt(at))
    return at
  }
  return {
    isOpen: () => isOpen,
    push(text) {
      const out: string[] = []
      let end = 0
      while (end < text.length) {
        const continues = isOpen
        const start = continues ? end : begin(text, end)
        if (!isOpen) break
        end = follower.follow(text, continues ? start : start + 1)
        if (end === -1) {
          held.add(text.slice(start))
          break
        }
        out.push(release(text.slice(start, end)))
      }
      return out
    },
    end() {
      if (!isOpen) return []
      if (!follower.isWord()) throw new StreamInterruptedError('The stream ended inside a JSON text')
      return [release('')]
    },
  }
}

/** JSON texts cut from bytes: what `concatenated` and `jsonSeq` read alike. */
export function jsonTextFrames(limits?: FramingLimits): Stage<Uint8Array, Frame> {
  return pipe(pipe(textOfBytes(), jsonTexts(limits)), { push: (text: string) => [takeFields(text)], end: () => [] })
}

/**
 * JSON texts one after another. There is no media type for that, so it goes by the type of one text: a body with a single JSON
 * text is read as one frame.
 */
export const concatenated: Framing = {
  name: 'concatenated',
  contentType: 'application/json',
  heartbeat: '\n',
  encode: (frame) => `${withFields(frame)}\n`,
  decoder: jsonTextFrames,
}

/** NDJSON, read as JSON texts: half a last line is a cut stream, and never a text of its own. */
export const wholeNdjson: Framing = { ...ndjson, decoder: jsonTextFrames }
