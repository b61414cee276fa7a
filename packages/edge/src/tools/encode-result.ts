import type { JsonValue } from '@agentstream/client/wire'

/** A value as JSON, or why it cannot be one, in words that complete "the result …". */
export type Encoded = { readonly value: JsonValue; readonly text: string } | { readonly problem: string }

const deepest = 100

/** Thrown and caught in this file only: the walk is deep in recursion when it finds a reason to stop. */
class NotEncodable {
  readonly problem: string
  constructor(problem: string) {
    this.problem = problem
  }
}

/**
 * Anything a tool returned, as a JSON value and as text for the model. Dates become ISO text, BigInts digits, Maps objects
 * (or pairs), Sets arrays, errors their name and message, `undefined` null. Cycles, functions, binary data, values that
 * throw when read and results over `limitBytes` give a problem instead. Stops counting at the limit, however large the value.
 */
export function encodeResult(result: unknown, limitBytes: number): Encoded {
  const tooLarge = `is larger than the limit of ${limitBytes} bytes`
  let size = 0
  const open = new Set<object>()

  const spend = (characters: number): void => {
    size += characters
    if (size > limitBytes) throw new NotEncodable(tooLarge)
  }
  const within = (container: object, read: () => JsonValue): JsonValue => {
    if (open.has(container)) throw new NotEncodable('refers to itself')
    if (open.size >= deepest) throw new NotEncodable(`is nested deeper than ${deepest} levels`)
    open.add(container)
    const value = read()
    open.delete(container)
    return value
  }
  const walkList = (items: Iterable<unknown>): JsonValue => {
    const out: JsonValue[] = []
    for (const item of items) {
      spend(1)
      out.push(walk(item) ?? null)
    }
    return out
  }
  const walkObject = (entries: Iterable<readonly [string, unknown]>): JsonValue => {
    const out: [string, JsonValue][] = []
    for (const [key, item] of entries) {
      const value = walk(item)
      if (value === undefined) continue
      spend(key.length + 4)
      out.push([key, value])
    }
    // Not assignment: a member named __proto__ must stay a member.
    return Object.fromEntries(out)
  }
  const walkReference = (item: object): JsonValue | undefined => {
    if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) throw new NotEncodable('is binary data, which JSON cannot carry')
    if ('toJSON' in item && typeof item.toJSON === 'function') return walk(item.toJSON(''))
    if (item instanceof Error) return walkObject([['name', item.name] as const, ['message', item.message] as const])
    if (item instanceof Map) return [...item.keys()].every((key) => typeof key === 'string') ? walkObject(item) : walkList(item)
    if (Array.isArray(item) || item instanceof Set) return walkList(item)
    return walkObject(members(item))
  }
  const walk = (item: unknown): JsonValue | undefined => {
    if (typeof item === 'string') {
      spend(item.length + 2)
      return item
    }
    if (typeof item === 'bigint') return walk(item.toString())
    if (item === null || typeof item === 'number' || typeof item === 'boolean') {
      spend(4)
      // Adding zero turns -0 into 0, as JSON would.
      return typeof item === 'number' ? (Number.isFinite(item) ? item + 0 : null) : item
    }
    // Functions, symbols and undefined: left out, as in JSON.
    return typeof item === 'object' ? within(item, () => walkReference(item) ?? null) : undefined
  }

  if (typeof result === 'function' || typeof result === 'symbol') return { problem: `is a ${typeof result}, which JSON cannot carry` }
  try {
    const value = walk(result) ?? null
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return new TextEncoder().encode(text).byteLength > limitBytes ? { problem: tooLarge } : { value, text }
  } catch (error) {
    // The tool's own getter or toJSON threw; what it threw says nothing to a reader.
    return { problem: error instanceof NotEncodable ? error.problem : 'could not be read: one of its members throws' }
  }
}

function* members(item: object): Generator<readonly [string, unknown]> {
  // One at a time, so that a huge object stops at the limit before its values are read.
  for (const key of Object.keys(item)) yield [key, Reflect.get(item, key)]
}
