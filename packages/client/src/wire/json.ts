import { ProtocolError } from '../errors.ts'

/** A value that JSON can carry. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject
/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/** The value of a JSON text; undefined, which no JSON says, for any other text. */
export function maybeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The value of a JSON text; any other text as it is. */
export function jsonOrText(text: string): unknown {
  const value = maybeJson(text)
  return value === undefined ? text : value
}

/** Parses JSON text. Throws a ProtocolError with a short excerpt for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ProtocolError('Not valid JSON', { excerpt: text, cause })
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

export const isText = (value: unknown): value is string => typeof value === 'string'

/** A text that says something. */
export const isName = (value: unknown): value is string => isText(value) && value !== ''

/** What is none is as good as absent. */
export const ifText = (value: unknown): string | undefined => (isText(value) ? value : undefined)

/** An object that names its type. Every other member is looked at where it is used. */
export type Typed = Readonly<Record<string, unknown>> & { readonly type: string }

export const isTyped = (value: unknown): value is Typed => isObject(value) && isText(value['type'])

/** A text as it is, anything else as JSON. */
export const asText = (value: unknown): string => (isText(value) ? value : (JSON.stringify(value) ?? ''))

type Given<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> }

/** The members without those that are undefined. */
export function given<Members extends object>(members: Members): Given<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Given<Members> // The same members, but fewer.
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

/** `taskId` as Python names it: `task_id`. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)

export type Members = Readonly<Record<string, unknown>>

/** Says in the name of one format what is wrong with a value. */
export type Wrong = (what: string, value: unknown) => ProtocolError

export const wrongIn =
  (format: string): Wrong =>
  (what, value) =>
    new ProtocolError(`Not ${format}: ${what}`, { excerpt: JSON.stringify(value) ?? String(value) })

/** Reads a member of an object. */
export type ReadMember<T> = (value: Members, name: string) => T

const memberOf: ReadMember<unknown> = (value, name) => value[name]

/** Reads a member of one kind; null is the same as absent, because Python hosts write it. Throws for any other kind. */
export const maybe =
  <T>(is: (value: unknown) => value is T, kind: string, wrong: Wrong, read = memberOf): ReadMember<T | undefined> =>
  (value, name) => {
    const found = read(value, name) ?? undefined
    if (found === undefined || is(found)) return found
    throw wrong(`\`${name}\` is no ${kind}`, value)
  }

/** The same of a member that must be there. */
export const needed =
  <T>(read: ReadMember<T | undefined>, wrong: Wrong): ReadMember<T> =>
  (value, name) => {
    const found = read(value, name)
    if (found === undefined) throw wrong(`\`${name}\` is missing`, value)
    return found
  }
