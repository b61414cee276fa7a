/**
 * The beginning of a JSON text as a whole one: the text it breaks off in is closed where it is a value, a member that has only
 * begun is left out, and brackets are closed. For a first look at a text whose rest is not there; linear.
 */
export function closeJson(beginning: string): string {
  const closers: string[] = []
  /** As far as everything is whole, and what closes it there. */
  let whole = { length: 0, closing: '' }
  let isString = false
  let isKey = false
  let lastEscape = beginning.length
  let at = 0
  const settle = (length: number): void => {
    whole = { length, closing: closers.toReversed().join('') }
  }
  const open = (closer: string): void => {
    closers.push(closer)
    settle(at + 1)
    isKey = closer === '}'
  }
  const marks: Readonly<Record<string, () => void>> = {
    '{': () => open('}'),
    '[': () => open(']'),
    '"': () => {
      isString = true
    },
    ',': () => {
      settle(at)
      isKey = closers.at(-1) === '}'
    },
    ':': () => {
      isKey = false
    },
    '}': () => {
      closers.pop()
      settle(at + 1)
    },
    ']': () => {
      closers.pop()
      settle(at + 1)
    },
  }
  for (; at < beginning.length; at++) {
    const char = beginning[at] ?? ''
    if (!isString) marks[char]?.()
    else if (char === '\\') lastEscape = at++
    else if (char === '"') {
      isString = false
      if (!isKey) settle(at + 1)
    }
  }
  if (!isString || isKey) return beginning.slice(0, whole.length) + whole.closing
  // Half an escape belongs to no character.
  const isHalf = /^\\(?:u[\da-fA-F]{0,3})?$/.test(beginning.slice(lastEscape))
  return `${isHalf ? beginning.slice(0, lastEscape) : beginning}"${closers.toReversed().join('')}`
}
