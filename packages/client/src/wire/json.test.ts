import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../errors.ts'
import { parseJson, parsePythonJson } from './json.ts'

describe('parseJson', () => {
  test.each(['NaN', '[Infinity]', '{"a":-Infinity}', '[1,]', "{'a':1}", ''])('refuses %s, and says what it was', (text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ name: 'ProtocolError', excerpt: text }))
  })
})

describe('parsePythonJson', () => {
  test("reads Python's NaN and Infinity as null, outside of texts only", () => {
    expect(parsePythonJson('{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN \\" Infinity"}')).toEqual({ a: null, b: [null, null], c: 'NaN " Infinity' })
  })
  test('what is no JSON for another reason is told as it came', () => {
    expect(() => parsePythonJson('[NaN,]')).toThrow(expect.objectContaining({ name: 'ProtocolError', excerpt: '[NaN,]' }))
  })
  test('X9: hostile text takes linear time (a quadratic pattern would not end within the test)', () => {
    expect(() => parsePythonJson(`${'"\\'.repeat(300_000)}NaN`)).toThrow(ProtocolError)
  })
})
