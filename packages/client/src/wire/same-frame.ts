import { maybeJson } from './json.ts'

type Variable = string | number

interface SameFrameOptions<T> {
  /** A frame in full. How the rest is read may not depend on what its variables say. */
  readonly read: (data: string) => T
  /** The texts and numbers that differ from frame to frame, in the order they stand in it; none for a frame that is not one of many. */
  readonly variables: (value: T) => readonly Variable[]
  /** The value with others in their places, as many and of the same types: what `read` would make of that frame. Undefined: it has to be read. */
  readonly fill: (value: T, variables: readonly Variable[]) => T | undefined
}

interface Known<T> {
  readonly value: T
  /** What stands before, between and behind the variables. */
  readonly fixed: readonly string[]
  readonly types: readonly string[]
}

const literals = /("[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*)(\s*:)?/g
const longestFrame = 4096
const mostLearnt = 8

/**
 * Reads frames of JSON, and those that differ from an earlier one in nothing but their variables without parsing and checking the
 * rest again: tokens come by the thousand, each wrapped in the same characters. Throws what `read` throws.
 */
export function readSameFrames<T>({ read, variables, fill }: SameFrameOptions<T>): (data: string) => T {
  let known: Known<T> | undefined
  let patience = mostLearnt
  return (data) => {
    const found = known && variablesIn(data, known)
    const filled = known && found && fill(known.value, found)
    if (filled !== undefined) {
      patience = mostLearnt
      return filled
    }
    const value = read(data)
    // A stream whose frames are never the same pays for a few attempts only.
    const told = patience > 0 && data.length <= longestFrame ? variables(value) : []
    if (told.length > 0) {
      patience--
      const fixed = fixedAround(told, data)
      if (fixed) known = { value, fixed, types: told.map((variable) => typeof variable) }
    }
    return value
  }
}

/** What is left of a frame, if each variable can only be that one literal in it: a value, and no other value says the same. */
function fixedAround(variables: readonly Variable[], data: string): readonly string[] | undefined {
  const fixed: string[] = []
  let from = 0
  for (const { 1: literal = '', 2: colon, index } of data.matchAll(literals)) {
    const at = colon === undefined ? variables.indexOf(JSON.parse(literal)) : -1
    if (at < 0) continue
    if (at !== fixed.length) return undefined
    fixed.push(data.slice(from, index))
    from = index + literal.length
  }
  return fixed.length === variables.length ? [...fixed, data.slice(from)] : undefined
}

/** With whole literals between the same fixed parts, a frame is the same JSON with these texts and numbers. */
function variablesIn(data: string, { fixed, types }: Known<unknown>): Variable[] | undefined {
  const [first = ''] = fixed
  // Engines compare whole texts many times faster than they look for a beginning.
  if (data.slice(0, first.length) !== first) return undefined
  const variables: Variable[] = []
  let from = first.length
  for (let at = 1; at < fixed.length; at++) {
    const part = fixed[at] ?? ''
    const end = at === fixed.length - 1 ? startOfLast(data, part) : data.indexOf(part, from)
    if (end < from) return undefined
    const variable = maybeJson(data.slice(from, end))
    if (typeof variable !== types[at - 1]) return undefined
    // The types that were learnt are those of variables.
    variables.push(variable as Variable)
    from = end + part.length
  }
  return variables
}

function startOfLast(data: string, part: string): number {
  const start = data.length - part.length
  return data.slice(start) === part ? start : -1
}
