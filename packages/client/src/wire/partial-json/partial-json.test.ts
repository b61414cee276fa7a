import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LimitError, ProtocolError } from '../../errors.ts'
import { createPartialJson, fieldStatus, type PartialJsonValue } from './partial-json.ts'

/** Strings that are hard to cut: escapes, pairs, halves of pairs, names that objects inherit. */
const hardText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '\ud83d', '\ude00', '😀', '\ud83d\ud83d\ude00', '"\\\n\u2028\u0000'),
)
const jsonValue = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, fc.double({ noNaN: true }), fc.integer(), fc.boolean(), fc.constant(null), hardText, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  object: fc.array(fc.tuple(hardText, tie('value')), { maxLength: 5 }).map((members) => {
    const object = {}
    for (const [name, value] of members) Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
    return object
  }),
})).value

/** JSON text as somebody may write it: escaped or not, indented or not, with doubled names now and then. */
const jsonText = fc
  .record({ value: jsonValue, indent: fc.constantFrom(0, 2), isEscaped: fc.boolean(), isDoubled: fc.boolean() })
  .map(({ value, indent, isEscaped, isDoubled }) => {
    const plain = JSON.stringify(value, null, indent)
    const text = isEscaped ? plain.replace(/[^\n -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`) : plain
    return isDoubled ? `{"x":${text},"y":1,"x":${text}}` : text
  })

const cutAt = (text: string, cuts: readonly number[]): string[] => {
  const places = [0, ...new Set(cuts.map((cut) => cut % (text.length + 1))), text.length].sort((a, b) => a - b)
  return places.slice(1).map((end, at) => text.slice(places[at], end))
}

function readAll(fragments: readonly string[]): PartialJsonValue[] {
  const json = createPartialJson()
  const readings = fragments.map((fragment) => {
    json.push(fragment)
    return json.read()
  })
  json.end()
  return [...readings, json.read()]
}

/** Whether the first is the second, or was when less of it was written. */
function isBeginningOf(early: unknown, late: unknown): boolean {
  if (Object.is(early, late) || early === undefined) return true
  if (typeof early === 'string' && typeof late === 'string') return late.startsWith(early)
  // A number that grows: 1, 12, 12.5, 12.5e3.
  if (typeof early === 'number' && typeof late === 'number') return true
  if (typeof early !== 'object' || typeof late !== 'object' || early === null || late === null) return false
  const [some, all] = [Object.entries(early), Object.entries(late)]
  return some.length <= all.length && some.every(([name, value]) => Object.hasOwn(late, name) && isBeginningOf(value, Reflect.get(late, name)))
}

/** Whether everything that is finished by this reading's own account is the same in the last one. */
function holdsWhatIsDone(reading: PartialJsonValue, last: unknown, path: readonly (string | number)[] = [], at: unknown = reading.value): boolean {
  if (fieldStatus(reading, path) === 'done') return JSON.stringify(at) === JSON.stringify(last)
  if (typeof at !== 'object' || at === null || typeof last !== 'object' || last === null) return true
  return Object.entries(at).every(([name, value]) => {
    const key = Array.isArray(at) ? Number(name) : name
    return holdsWhatIsDone(reading, Reflect.get(last, name), [...path, key], value)
  })
}

describe('whatever JSON is written, however it is cut', () => {
  test('the value at the end is what JSON.parse gives', () => {
    fc.assert(
      fc.property(jsonText, fc.array(fc.nat(), { maxLength: 20 }), (text, cuts) => {
        const expected = { value: JSON.parse(text), openPath: undefined, error: undefined }
        // Not toStrictEqual: it takes a member named constructor for a class.
        expect(isDeepStrictEqual(readAll(cutAt(text, cuts)).at(-1), expected)).toBe(true)
        expect(isDeepStrictEqual(readAll(text.split('')).at(-1), expected)).toBe(true)
      }),
    )
  })

  test('every value before is a beginning of the next, and nothing finished changes', () => {
    fc.assert(
      fc.property(
        jsonText.filter((text) => !text.startsWith('{"x"')),
        (text) => {
          const readings = readAll(text.split(''))
          const last = readings.at(-1)?.value
          readings.forEach((reading, at) => {
            expect(isBeginningOf(reading.value, readings[at + 1]?.value ?? last)).toBe(true)
            expect(holdsWhatIsDone(reading, last)).toBe(true)
          })
        },
      ),
    )
  })

  test('a reading that was handed out never changes', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const json = createPartialJson()
        const seen: [PartialJsonValue, string | undefined][] = []
        for (const char of text.split('')) {
          json.push(char)
          seen.push([json.read(), JSON.stringify(json.read())])
        }
        for (const [reading, then] of seen) expect(JSON.stringify(reading)).toBe(then)
      }),
    )
  })

  test('text that JSON.parse refuses is a ProtocolError, with what was read before', () => {
    fc.assert(
      fc.property(jsonText, fc.nat(), fc.constantFrom('}', ']', ',', ':', '"', 'x', '\\', '\n', '01', '{', '-', 'e', ' 1'), (text, place, junk) => {
        const at = place % (text.length + 1)
        const broken = text.slice(0, at) + junk + text.slice(at)
        let parsed: unknown
        let isValid = true
        try {
          parsed = JSON.parse(broken)
        } catch {
          isValid = false
        }
        const last = readAll(broken.split('')).at(-1)
        if (isValid) expect(isDeepStrictEqual(last, { value: parsed, openPath: undefined, error: undefined })).toBe(true)
        else expect(last?.error).toBeInstanceOf(ProtocolError)
      }),
      { numRuns: 500 },
    )
  })
})

const shownAfter = (text: string): unknown => {
  const json = createPartialJson()
  json.push(text)
  return json.read().value
}

test.each([
  ['{"a":1', { a: 1 }],
  ['{"a":-', {}],
  ['{"a":1.', { a: 1 }],
  ['{"a":1.5e', { a: 1.5 }],
  ['{"a":tru', {}],
  ['{"a":true', { a: true }],
  ['{"na', {}],
  ['{"a":"', { a: '' }],
  ['["x\\', ['x']],
  ['["x\\u00e', ['x']],
  ['["x\\ud83d', ['x']],
  ['["x\\ud83d\\ude0', ['x']],
  ['["x\ud83d', ['x']],
  ['["x\ud83d\ude00', ['x😀']],
  ['["\\ud83dx', ['\ud83dx']],
  ['  ', undefined],
  ['[1,[{', [1, [{}]]],
])('%j shows %j', (text, value) => expect(shownAfter(text)).toStrictEqual(value))

test('names such as __proto__ are names, and reach nothing', () => {
  const value = shownAfter('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1},"b":{"__proto__":nul')
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  expect(JSON.stringify(value)).toBe('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1},"b":{}}')
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
})

test('a field says whether it is absent, growing or done', () => {
  const json = createPartialJson()
  json.push('{"to":"Brest","legs":[{"miles":12},{"miles":3')
  const reading = json.read()
  const status = (...path: (string | number)[]): string => fieldStatus(reading, path)
  expect(reading.openPath).toEqual(['legs', 1, 'miles'])
  expect([status(), status('to'), status('legs'), status('legs', 0), status('legs', 1), status('legs', 1, 'miles'), status('from')]).toEqual([
    'growing',
    'done',
    'growing',
    'done',
    'growing',
    'growing',
    'absent',
  ])
  json.push('4}]}')
  expect(fieldStatus(json.read(), ['legs', 1, 'miles'])).toBe('done')
  expect(fieldStatus(reading, ['legs', 1, 'miles'])).toBe('growing')
})

test('what did not change is the same object, and without a push so is the reading', () => {
  const json = createPartialJson()
  json.push('{"done":[{"a":1}],"growing":["x')
  const first = json.read()
  expect(json.read()).toBe(first)
  json.push('y')
  const second = json.read()
  const [before, after] = [first.value, second.value] as { done: unknown[]; growing: unknown[] }[]
  expect([before?.growing, after?.growing]).toEqual([['x'], ['xy']])
  expect(after?.done).toBe(before?.done)
  json.push('\\')
  expect(json.read().value).toBe(second.value)
})

test('what is too deep or too long is a LimitError, and what was read stays', () => {
  const deep = createPartialJson({ maxDepth: 2 })
  deep.push('[[1,[')
  deep.push('2')
  expect(deep.read()).toEqual({ value: [[1]], openPath: [0, 1], error: new LimitError('The nesting of a JSON text', 2, 'levels') })
  const long = createPartialJson({ maxCharacters: 4 })
  long.push('["a')
  long.push('bc')
  expect(long.read()).toEqual({ value: ['a'], openPath: [0], error: new LimitError('A JSON text', 4, 'characters') })
  const hostile = createPartialJson()
  hostile.push('['.repeat(1_000_000))
  expect(hostile.read().error).toBeInstanceOf(LimitError)
})

test('a text that is cut off is a ProtocolError; a number at its end is whole', () => {
  expect(readAll(['{"a":"x']).at(-1)).toMatchObject({ value: { a: 'x' }, openPath: ['a'], error: { code: 'protocol' } })
  expect(readAll(['-']).at(-1)).toMatchObject({ value: undefined, error: { code: 'protocol' } })
  expect(readAll(['']).at(-1)).toMatchObject({ value: undefined, error: { code: 'protocol' } })
  expect(readAll(['12']).at(-1)).toStrictEqual({ value: 12, openPath: undefined, error: undefined })
})
