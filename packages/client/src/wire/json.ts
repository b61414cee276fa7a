import { ProtocolError } from '../errors.ts'

/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/** Parses JSON text. Throws a ProtocolError with a short excerpt for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ProtocolError('Not valid JSON', { excerpt: text.slice(0, 200), cause })
  }
}

// Strings come first in the alternation, so only bare words match. A string may lack its closing quote: were that a mismatch,
// hostile text would take quadratic time.
const pythonNumbers = /"(?:[^"\\]|\\[\s\S])*"?|\bNaN\b|-?\bInfinity\b/g

/** Parses what Python's json writer sends: JSON in which `NaN` and `Infinity` are numbers. Here they become null. */
export function parsePythonJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    try {
      return JSON.parse(text.replace(pythonNumbers, (match) => (match[0] === '"' ? match : 'null')))
    } catch {
      throw error // It tells about the text as it came.
    }
  }
}

/** True for an object of JSON: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object in a JSON text, or undefined for anything else. For looking at what may be something else altogether. */
export function objectIn(text: string, parse = parseJson): Record<string, unknown> | undefined {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    const value = parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // Text that begins with a brace.
  }
}
