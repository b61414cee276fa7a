/**
 * Text as Python cuts it. Documents and markers are read by AIECS in Python, whose lines and white space are not those of
 * JavaScript: `trim` takes U+FEFF, which Python keeps, and leaves U+001C to U+001F and U+0085, which Python takes.
 */

const whiteSpace = new Set(
  [
    ...['\t', '\n', '\v', '\f', '\r', '\x1c', '\x1d', '\x1e', '\x1f', ' ', '\x85', '\xa0', '\u1680'],
    ...Array.from({ length: 11 }, (_, index) => String.fromCharCode(0x2000 + index)),
    ...['\u2028', '\u2029', '\u202f', '\u205f', '\u3000'],
  ].map((character) => character.charCodeAt(0)),
)

export function isPythonSpace(text: string, at: number): boolean {
  return whiteSpace.has(text.charCodeAt(at))
}

/** `str.strip`. Not a regular expression: `\s+$` takes the square of a long run of blanks. */
export function strip(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isPythonSpace(text, start)) start++
  while (end > start && isPythonSpace(text, end - 1)) end--
  return text.slice(start, end)
}

const lineEnds = ['\n', '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\x85', '\u2028', '\u2029']
const lineEnd = new RegExp(['\r\n', ...lineEnds].join('|'))

/** `str.splitlines`: no line after the last line end. */
export function splitLines(text: string): string[] {
  const lines = text.split(lineEnd)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** `str(value)` of what YAML gives, for scalars. Undefined for anything else. */
export function pythonText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null || value === undefined) return 'None'
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined
}

/** `bool(value)` of what YAML gives. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map || value instanceof Set) return value.size > 0
  return Number.isNaN(value) || Boolean(value)
}

/** `int(value)` of what YAML gives, or undefined where Python throws. */
export function pythonInteger(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(strip(value))) return undefined
  return Number(strip(value))
}
