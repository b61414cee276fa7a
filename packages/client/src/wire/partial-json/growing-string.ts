/** The inside of a JSON string, from after its opening quote: pieces in, with escapes and surrogate pairs possibly cut in half. */
export interface GrowingString {
  /** True after the closing quote, until `take`. */
  isClosed(): boolean
  /** The text so far, without a half of a pair whose other half may still come. */
  shown(): string
  /** Reads on and says where it stopped: at the end of the fragment or after the closing quote; -1 for what no string may hold. */
  push(fragment: string, at: number): number
  /** The whole text; the next string begins. */
  take(): string
}

const quote = 0x22
const backslash = 0x5c
/** An escape, as much as is written of it. */
const beginning = /^\\(?:["\\/bfnrt]|u[\da-fA-F]{0,4})$/

export function createGrowingString(): GrowingString {
  let text = ''
  /** The last code unit of the text, kept because looking at the end of a text that grows makes the engine copy it. */
  let last = 0
  /** An escape that has begun, from its backslash on. */
  let begun = ''
  let isClosed = false

  const append = (piece: string): void => {
    if (piece === '') return
    text += piece
    last = piece.charCodeAt(piece.length - 1)
  }
  /** One more character of an escape; false when it is none. */
  const extendEscape = (char: string): boolean => {
    begun += char
    if (!beginning.test(begun)) return false
    if (begun.length < (begun[1] === 'u' ? 6 : 2)) return true
    append(JSON.parse(`"${begun}"`))
    begun = ''
    return true
  }
  return {
    isClosed: () => isClosed,
    shown: () => (last >= 0xd800 && last < 0xdc00 ? text.slice(0, -1) : text),
    push(fragment, start) {
      let at = start
      while (at < fragment.length) {
        if (begun === '') {
          const end = endOfPlain(fragment, at)
          append(fragment.slice(at, end))
          at = end + 1
          if (end === fragment.length) return end
          const code = fragment.charCodeAt(end)
          if (code === quote) {
            isClosed = true
            return at
          }
          if (code !== backslash) return -1
          begun = '\\'
        } else if (!extendEscape(fragment.charAt(at++))) return -1
      }
      return at
    },
    take() {
      const whole = text
      // Reading one character makes the engine flatten the string it was appended from.
      whole.charCodeAt(0)
      text = ''
      last = 0
      isClosed = false
      return whole
    },
  }
}

/** Where characters that stand for themselves end. */
function endOfPlain(fragment: string, start: number): number {
  let at = start
  for (; at < fragment.length; at++) {
    const code = fragment.charCodeAt(at)
    if (code === quote || code === backslash || code < 0x20) break
  }
  return at
}
