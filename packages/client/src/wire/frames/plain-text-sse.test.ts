import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Framing, LimitError, ProtocolError, plainText, StreamInterruptedError } from '../../wire.ts'
import { rawTextSse, textSse } from './plain-text-sse.ts'

const utf8 = new TextEncoder()

function decode(framing: Framing, bytes: Uint8Array, size = bytes.length || 1): string[] {
  const stage = framing.decoder()
  const texts: string[] = []
  for (let at = 0; at < bytes.length; at += size) texts.push(...stage.push(bytes.subarray(at, at + size)).map((frame) => frame.data))
  return [...texts, ...stage.end().map((frame) => frame.data)]
}

const nasty = fc
  .array(fc.constantFrom('\n', '\r', '\n\n', 'data', ': ', 'data:', 'a', 'ö', '🌊', 'event: end', ' '), { maxLength: 8 })
  .map((parts) => parts.join(''))
// The one thing that cannot be told from the next frame.
const isClear = (text: string): boolean => !text.includes('\n\ndata: ') && !text.endsWith('\n\ndata:')

describe('raw text behind data:', () => {
  test('N12 N38 X6: every text comes back whole, whatever looks like a field in it, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(nasty.filter(isClear), { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (texts, size) => {
        const bytes = utf8.encode(texts.map((text) => `data: ${text}\n\n`).join(''))
        const whole = decode(rawTextSse, bytes)
        expect(whole.join('')).toBe(texts.join(''))
        expect(decode(rawTextSse, bytes, size)).toEqual(whole)
        expect(decode(rawTextSse, bytes, 1)).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  test('a text is given with the line feeds that end it, not with the next one', () => {
    const stage = rawTextSse.decoder()
    expect(stage.push(utf8.encode('data: High \n'))).toEqual([])
    expect(stage.push(utf8.encode('\n'))).toEqual([{ data: 'High ' }])
    expect(stage.push(utf8.encode('\n'))).toEqual([])
    expect(stage.push(utf8.encode('data: '))).toEqual([{ data: '\n' }])
  })

  test('N3: an end inside a text is an interruption', () => {
    for (const body of ['d', 'data: ', 'data: a', 'data: a\n', 'data: a\n\nd', 'data: a\n\nb'])
      expect(() => decode(rawTextSse, utf8.encode(body))).toThrow(StreamInterruptedError)
    expect(decode(rawTextSse, utf8.encode('data: a\n\n'))).toEqual(['a'])
    expect(decode(rawTextSse, utf8.encode(''))).toEqual([])
  })

  test('N31: what does not begin with data: is not of this kind', () => expect(() => decode(rawTextSse, utf8.encode('<html>'))).toThrow(ProtocolError))
  test('N42: an endless text meets its limit', () => {
    const push = (text: string) => rawTextSse.decoder({ eventBytes: 50 }).push(utf8.encode(text))
    expect(() => push(`data: ${'x'.repeat(60)}`)).toThrow(LimitError)
    expect(() => push(`data: x${'\n'.repeat(60)}`)).toThrow(LimitError)
  })
  test('X9: a text in 200,000 chunks takes linear time', () =>
    expect(decode(rawTextSse, utf8.encode(`data: ${'x\n'.repeat(100_000)}\n\n`), 1).join('')).toHaveLength(200_000))
})

describe('text by the standard', () => {
  test('X6: a text cannot end its frame, start a field or name its frame', () => {
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (texts, size) => {
        const bytes = utf8.encode(texts.map((data) => textSse.encode({ data })).join(''))
        expect(decode(textSse, bytes, size)).toEqual(texts.map((text) => text.replace(/\r\n|\r/g, '\n')))
      }),
      { numRuns: 500 },
    )
  })

  test.each(['\n', '\r\n', '\r'])('N3 N37: with line ends %j only a blank line is a good end', (end) => {
    const bytes = utf8.encode(`: hello${end}${end}data: a${end}${end}`)
    expect(decode(textSse, bytes, 1)).toEqual(['a'])
    const isGood = (at: number): boolean => {
      try {
        decode(textSse, bytes.subarray(0, at), 1)
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(StreamInterruptedError)
        return false
      }
    }
    const good = [`: hello${end}${end}`.length, bytes.length]
    // Half of the second CRLF is a line end as well.
    const also = end === '\r\n' ? good.map((at) => at - 1) : []
    expect(Array.from(bytes, (_, at) => at + 1).filter(isGood)).toEqual([...good, ...also].sort((a, b) => a - b))
  })

  test('control frames are not for foreign readers', () => expect(textSse.encode({ data: '{}', event: 'end' })).toBe(''))
})

describe('plain text', () => {
  test('N38: characters cut in half come out whole', () => {
    const text = 'Größe 🌊 水'
    expect(decode(plainText, utf8.encode(text), 1).join('')).toBe(text)
    expect(decode(plainText, utf8.encode(text))).toEqual([text])
  })
  test('has room for text only', () => expect([plainText.encode({ data: 'a' }), plainText.encode({ data: 'a', event: 'error' })]).toEqual(['a', '']))
})
