/**
 * JSON that is still being written, such as the arguments of a tool call: fragments in, at any moment the value so far out.
 * Every character is looked at once, however the text is cut. A string grows; a number, as far as it is one, grows too; `true`,
 * `false`, `null` and names appear when they are whole; nothing that was shown goes away again. Texts that are not JSON, or too
 * deep, stop the reading: what was read before stays, with the error beside it.
 */
import { LimitError, ProtocolError } from '../../errors.ts'
import { createGrowingString } from './growing-string.ts'
import { createGrowingTree } from './growing-tree.ts'

/** What a text may be before it is refused. */
export interface PartialJsonOptions {
  /** Containers within containers; more is a LimitError. Default 256. */
  readonly maxDepth?: number
  /** Characters in all; more is a LimitError. Default: no limit. */
  readonly maxCharacters?: number
}

/** What is known of a JSON text. Plain and immutable: objects that did not change are the same as in the reading before. */
export interface PartialJsonValue {
  /** The value so far; undefined before anything can be shown. */
  readonly value: unknown
  /** The way to the place that is being written: everything beside it is finished. Undefined once all is. */
  readonly openPath: readonly (string | number)[] | undefined
  /** Why the text was read no further: no JSON, cut off, or over a limit. */
  readonly error: ProtocolError | LimitError | undefined
}

/** A JSON text that is still growing. */
export interface PartialJson {
  /** Takes the next piece of the text. After an error it takes nothing any more. */
  push(fragment: string): void
  /** The text is over. One that was not whole is a ProtocolError. */
  end(): void
  /** The value so far: built when asked for, at most once between two pushes. */
  read(): PartialJsonValue
}

/** Reads the text from this position, which is within it, and says where it goes on. */
type Reading = (fragment: string, at: number) => number

const words: Readonly<Record<string, readonly [word: string, value: unknown]>> = { t: ['true', true], f: ['false', false], n: ['null', null] }
const isSpace = (char: string): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t'
/** The longest beginning of a text that is a number. */
const numberAtStart = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/
const noNumber = /[^-+.eE\d]/g

/** Reads JSON that comes in pieces, in time that grows with its length and no faster. Throws ProtocolError and LimitError from `push` and `end`. */
export function createPartialJson({ maxDepth = 256, maxCharacters = Number.POSITIVE_INFINITY }: PartialJsonOptions = {}): PartialJson {
  const tree = createGrowingTree()
  const string = createGrowingString()
  let reading: Reading = readValue
  let error: PartialJsonValue['error']
  let characters = 0
  let digits = ''
  let known: PartialJsonValue | undefined

  const fail = (fragment: string, at: number): number => {
    error = new ProtocolError('Not valid JSON', { excerpt: fragment.slice(at, at + 200) })
    return fragment.length
  }

  function readValue(fragment: string, at: number): number {
    const char = fragment.charAt(at)
    if (isSpace(char)) return at + 1
    if (char === '"') return begin(readString, at + 1)
    if (char === '{') return open({}, readFirstName, at)
    if (char === '[') return open([], readFirstItem, at)
    const word = words[char]
    if (word) return begin(readWord(...word), at)
    if (char !== '-' && !(char >= '0' && char <= '9')) return fail(fragment, at)
    digits = ''
    return begin(readNumber, at)
  }
  function begin(next: Reading, at: number): number {
    reading = next
    return at
  }
  function open(container: unknown[] | Record<string, unknown>, next: Reading, at: number): number {
    if (tree.depth() >= maxDepth) {
      error = new LimitError('The nesting of a JSON text', maxDepth, 'levels')
      return at
    }
    tree.open(container)
    return begin(next, at + 1)
  }
  function close(at: number): number {
    tree.close()
    return begin(readNext, at + 1)
  }
  function readFirstItem(fragment: string, at: number): number {
    if (isSpace(fragment.charAt(at))) return at + 1
    return fragment.charAt(at) === ']' ? close(at) : begin(readValue, at)
  }
  function readFirstName(fragment: string, at: number): number {
    return fragment.charAt(at) === '}' ? close(at) : readBeforeName(fragment, at)
  }
  function readBeforeName(fragment: string, at: number): number {
    const char = fragment.charAt(at)
    if (isSpace(char)) return at + 1
    return char === '"' ? begin(readName, at + 1) : fail(fragment, at)
  }
  function readName(fragment: string, at: number): number {
    const next = string.push(fragment, at)
    if (next < 0) return fail(fragment, at)
    if (!string.isClosed()) return next
    tree.name(string.take())
    return begin(readColon, next)
  }
  function readColon(fragment: string, at: number): number {
    const char = fragment.charAt(at)
    if (isSpace(char)) return at + 1
    return char === ':' ? begin(readValue, at + 1) : fail(fragment, at)
  }
  function readString(fragment: string, at: number): number {
    const next = string.push(fragment, at)
    if (next < 0) return fail(fragment, at)
    if (!string.isClosed()) return next
    tree.put(string.take())
    return begin(readNext, next)
  }
  function readNumber(fragment: string, at: number): number {
    noNumber.lastIndex = at
    const end = noNumber.test(fragment) ? noNumber.lastIndex - 1 : fragment.length
    digits += fragment.slice(at, end)
    if (end === fragment.length) return end
    return endNumber() ? begin(readNext, end) : fail(fragment, at)
  }
  function endNumber(): boolean {
    if (numberAtStart.exec(digits)?.[0] !== digits) return false
    tree.put(Number(digits))
    return true
  }
  function readWord(word: string, value: unknown): Reading {
    let matched = 0
    return (fragment, start) => {
      let at = start
      while (at < fragment.length && matched < word.length && fragment[at] === word[matched]) {
        at++
        matched++
      }
      if (matched < word.length) return at < fragment.length ? fail(fragment, start) : at
      tree.put(value)
      return begin(readNext, at)
    }
  }
  /** After a value: the next one, the end of its container, or nothing at all. */
  function readNext(fragment: string, at: number): number {
    const char = fragment.charAt(at)
    if (isSpace(char)) return at + 1
    const inArray = tree.inArray()
    if (inArray === undefined) return fail(fragment, at)
    if (char === ',') return begin(inArray ? readValue : readBeforeName, at + 1)
    return char === (inArray ? ']' : '}') ? close(at) : fail(fragment, at)
  }
  /** What is growing and has no place in the tree yet. */
  function showGrowing(): void {
    if (reading === readString) tree.show(string.shown())
    const number = reading === readNumber ? numberAtStart.exec(digits) : null
    if (number) tree.show(Number(number[0]))
  }

  return {
    push(fragment) {
      if (error || fragment === '') return
      known = undefined
      characters += fragment.length
      if (characters > maxCharacters) error = new LimitError('A JSON text', maxCharacters, 'characters')
      for (let at = 0; at < fragment.length && !error; ) at = reading(fragment, at)
    },
    end() {
      known = undefined
      if (reading === readNumber && endNumber()) reading = readNext
      if (!tree.isComplete()) error ??= new ProtocolError('The JSON text ended before its value did')
    },
    read() {
      if (known) return known
      showGrowing()
      known = { ...tree.read(), error }
      return known
    },
  }
}

/** `absent`: nothing can be shown yet. `growing`: more may come, or would have come had the text not broken off. */
export type FieldStatus = 'absent' | 'growing' | 'done'

/** How far the value at the end of a path is, the empty path being the whole. */
export function fieldStatus({ value, openPath }: PartialJsonValue, path: readonly (string | number)[]): FieldStatus {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return 'absent'
    at = (at as Record<string | number, unknown>)[key] // An array or an object; it has this key.
  }
  if (at === undefined) return 'absent'
  return openPath && path.every((key, step) => key === openPath[step]) ? 'growing' : 'done'
}
