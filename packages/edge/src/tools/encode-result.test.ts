import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeResult } from './encode-result.ts'

const limit = 256 * 1024
const encode = (value: unknown, bytes = limit) => encodeResult(value, bytes)
const jsonOf = (value: unknown) => {
  const encoded = encode(value)
  return 'value' in encoded ? encoded.value : encoded
}

test('S12: whatever JSON can carry comes out as JSON carries it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value))
      expect(jsonOf(value)).toEqual(plain)
    }),
  )
})

test('S12: any value at all is a JSON value or a problem, never a throw', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
  })
  fc.assert(
    fc.property(anything, (value) => {
      const encoded = encode(value)
      if ('value' in encoded) expect(JSON.parse(JSON.stringify(encoded.value))).toEqual(encoded.value)
      else expect(encoded.problem).toMatch(/^(is|refers|could)/)
    }),
  )
})

describe('S12: values JSON has no form for', () => {
  test.each([
    ['undefined', undefined, null],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), null],
    ['a BigInt', 12n, '12'],
    ['a Map of names', new Map([['a', 1n]]), { a: '1' }],
    ['a Map of other keys', new Map([[1, 'a']]), [[1, 'a']]],
    ['a Set', new Set([1, 2]), [1, 2]],
    ['an error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
    ['numbers that are none', [Number.NaN, Number.POSITIVE_INFINITY], [null, null]],
    ['members that are functions', { a: 1, b: () => 1, c: [() => 1] }, { a: 1, c: [null] }],
    ['an object with toJSON', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['the same object twice', Array(2).fill({ a: 1 }), [{ a: 1 }, { a: 1 }]],
  ])('%s', (_, value, expected) => {
    expect(jsonOf(value)).toEqual(expected)
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = [cycle]
  const throwing = {
    get a(): never {
      throw new Error('secret')
    },
  }
  const selfish = { toJSON: (): unknown => selfish }
  const deep = JSON.parse('['.repeat(200) + ']'.repeat(200))
  test.each([
    ['a function', () => 1, 'is a function, which JSON cannot carry'],
    ['a symbol', Symbol('a'), 'is a symbol, which JSON cannot carry'],
    ['a cycle', cycle, 'refers to itself'],
    ['a toJSON that gives itself', selfish, 'refers to itself'],
    ['a throwing getter', throwing, 'could not be read: one of its members throws'],
    ['a throwing toJSON', { toJSON: () => JSON.parse('{') }, 'could not be read: one of its members throws'],
    ['a hostile proxy', new Proxy({}, { ownKeys: () => JSON.parse('{') }), 'could not be read: one of its members throws'],
    ['bytes', { data: new Uint8Array(3) }, 'is binary data, which JSON cannot carry'],
    ['great depth', deep, 'is nested deeper than 100 levels'],
  ])('%s is a problem', (_, value, problem) => {
    expect(encode(value)).toEqual({ problem })
  })
})

describe('S12: the limit', () => {
  const tooLarge = { problem: `is larger than the limit of ${limit} bytes` }

  test('holds for text, lists and objects, however large, without reading them to the end', () => {
    let reads = 0
    const endless = new Proxy([], {
      get(target, key) {
        reads++
        return key === 'length' ? 2 ** 31 : Reflect.get(target, key)
      },
    })
    expect(encode('x'.repeat(10_000_000))).toEqual(tooLarge)
    expect(encode(new Array(1e8))).toEqual(tooLarge)
    expect(encode(endless)).toEqual(tooLarge)
    expect(reads).toBeLessThan(limit * 3)
    expect(encode({ a: { b: 'x'.repeat(limit) } })).toEqual(tooLarge)
  })

  test('counts bytes, not letters', () => {
    expect(encode('ü'.repeat(60), 100)).toHaveProperty('problem')
    expect(encode('u'.repeat(60), 100)).toHaveProperty('value')
  })
})

test('X8: a member named __proto__ stays a member', () => {
  const value: unknown = JSON.parse('{"__proto__":{"polluted":true}}')
  expect(JSON.stringify(jsonOf(value))).toBe('{"__proto__":{"polluted":true}}')
  expect(JSON.stringify(jsonOf(new Map([['__proto__', { polluted: true }]])))).toBe('{"__proto__":{"polluted":true}}')
  expect({}).not.toHaveProperty('polluted')
})

test('the model reads text as it is, and everything else as JSON', () => {
  expect([encode('a "b"'), encode({ a: 1 }), encode(undefined)]).toMatchObject([{ text: 'a "b"' }, { text: '{"a":1}' }, { text: 'null' }])
})
