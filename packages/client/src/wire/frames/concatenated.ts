/**
 * JSON texts one after another with nothing, or any white space, between them. In come bytes, out goes one frame per text as
 * soon as its last character is there; what the texts say is not looked at. Linear, whatever the cuts.
 */
import { LimitError, StreamInterruptedError } from '../../errors.ts'
import { pipe, type Stage } from '../stage.ts'
import { takeFields, withFields } from './fields.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { ndjson } from './ndjson.ts'

const [tab, space, quote, backslash, separator] = [0x09, 0x20, 0x22, 0x5c, 0x1e]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

const isBlank = (code: number): boolean => code === space || (code >= tab && code <= 0x0d)
const isOpening = (code: number): boolean => code === openBrace || code === openBracket

/** Whether a JSON text goes on after a character, ends with it, or had ended before it. */
type Reach = 'on' | 'last' | 'past'

/** Follows one JSON text by depth, strings and escapes; whether it is JSON at all is for the parser to say. */
function createFollower(): { begin(code: number): Reach; next(code: number): Reach } {
  let depth = 0
  let isString = false
  let isEscaped = false

  const inString = (code: number): Reach => {
    if (isEscaped) isEscaped = false
    else if (code === backslash) isEscaped = true
    else if (code === quote) {
      isString = false
      return depth === 0 ? 'last' : 'on'
    }
    return 'on'
  }
  const inNest = (code: number): Reach => {
    if (code === quote) isString = true
    else if (isOpening(code)) depth++
    else if (code === closeBrace || code === closeBracket) depth--
    return depth === 0 ? 'last' : 'on'
  }
  return {
    begin(code) {
      depth = isOpening(code) ? 1 : 0
      isString = code === quote
      isEscaped = false
      return 'on'
    },
    next(code) {
      if (code === separator) return 'past'
      if (isString) return inString(code)
      if (depth > 0) return inNest(code)
      // A bare word: a number, true, false or null.
      return isBlank(code) || isOpening(code) || code === quote ? 'past' : 'on'
    },
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
export function jsonTexts({ eventBytes }: FramingLimits = defaultFramingLimits): JsonTexts {
  const follower = createFollower()
  let held: string[] = []
  let heldLength = 0
  let isOpen = false
  let isWord = false

  const check = (length: number): void => {
    if (length > eventBytes) throw new LimitError('A JSON text', eventBytes, 'bytes')
  }
  const release = (last: string): string => {
    const whole = held.length === 0 ? last : held.join('') + last
    held = []
    heldLength = 0
    isOpen = false
    check(whole.length)
    return whole
  }
  const begins = (code: number): boolean => {
    if (isBlank(code) || code === separator) return false
    isOpen = true
    isWord = code !== quote && !isOpening(code)
    follower.begin(code)
    return true
  }
  return {
    isOpen: () => isOpen,
    push(text) {
      const out: string[] = []
      let start = 0
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at)
        if (!isOpen) {
          if (begins(code)) start = at
          continue
        }
        const reach = follower.next(code)
        if (reach === 'on') continue
        const end = reach === 'last' ? at + 1 : at
        out.push(release(text.slice(start, end)))
        if (reach === 'past' && begins(code)) start = at
      }
      if (isOpen) {
        held.push(text.slice(start))
        heldLength += text.length - start
        check(heldLength)
      }
      return out
    },
    end() {
      if (!isOpen) return []
      if (!isWord) throw new StreamInterruptedError('The stream ended inside a JSON text')
      return [release('')]
    },
  }
}

/** JSON texts cut from bytes: what `concatenated` and `jsonSeq` read alike. */
export function jsonTextFrames(limits?: FramingLimits): Stage<Uint8Array, Frame> {
  const utf8 = new TextDecoder()
  const texts = jsonTexts(limits)
  const frames = pipe(texts, { push: (text: string) => [takeFields(text)], end: () => [] })
  return {
    push: (bytes) => frames.push(utf8.decode(bytes, { stream: true })),
    end: () => [...frames.push(utf8.decode()), ...frames.end()],
  }
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
