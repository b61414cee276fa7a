import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Frame, LimitError, StreamInterruptedError } from '../../wire.ts'
import { bareJsonSse, jsonSse } from './concatenated-sse.ts'

const utf8 = new TextEncoder()

function decode(text: string, size = 99): Frame[] {
  const bytes = utf8.encode(text)
  const stage = jsonSse.decoder()
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; at += size) frames.push(...stage.push(bytes.subarray(at, at + size)))
  return [...frames, ...stage.end()]
}

const object = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ depthSize: 'small' }))

describe('N58: JSON under the name of server-sent events', () => {
  test.each([
    ['bare and indented', (value: unknown) => `${JSON.stringify(value, null, 2)}\n`],
    ['bare, with nothing between', (value: unknown) => JSON.stringify(value)],
    ['behind one data:', (value: unknown) => `data: ${JSON.stringify(value, null, 2)}\n\n\n`],
    ['every line behind data:', (value: unknown) => jsonSse.encode({ data: JSON.stringify(value, null, 2) })],
    ['compact events', (value: unknown) => jsonSse.encode({ data: JSON.stringify(value) })],
    ['with comments', (value: unknown) => `: ping\n\ndata:${JSON.stringify(value)}\n\n`],
  ])('%s: comes out whole with any line ends, however it is cut', (_, write) => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom('\n', '\r\n', '\r'), (values, size, end) => {
        const text = values.map(write).join('').replaceAll('\n', end)
        expect(decode(text, size).map(({ data }) => JSON.parse(data))).toEqual(JSON.parse(JSON.stringify(values)))
        expect(decode(`\uFEFF${text}`, 1)).toEqual(decode(text))
      }),
    )
  })

  test('an error frame has its text, with the lines that were not prefixed', () => {
    for (const size of [1, 5, 99]) {
      expect(decode('event: error\ndata: first\nsecond line: hidden\ndata: third\n\ndata: {}\n\n', size)).toEqual([
        { data: 'first\nsecond line: hidden\nthird', event: 'error' },
        { data: '{}' },
      ])
      expect(decode('event: error\ndata: \n\n', size)).toEqual([{ data: '', event: 'error' }])
      expect(decode('event: error\ndata: {"message":"gone"}\n\n', size)).toEqual([{ data: '{"message":"gone"}', event: 'error' }])
    }
  })

  test('N54: fields nobody knows are ignored, other data passes as it is', () =>
    expect(decode('id: 7\nretry: 1\nfoo: bar\ndata: [DONE]\n\n')).toEqual([{ data: '[DONE]' }]))
  test('N31: a page of HTML is not passed over in silence', () => expect(decode('<html>\n')).toEqual([{ data: '<html>' }]))

  test('N3: an end inside an object or an error is an interruption', () => {
    for (const text of ['{', 'data: {\n"a":1', 'event: error\ndata: x\n']) expect(() => decode(text)).toThrow(StreamInterruptedError)
  })

  test('N42: endless lines, texts and errors meet their limit', () => {
    const push = (text: string) => () => jsonSse.decoder({ eventBytes: 50 }).push(utf8.encode(text))
    expect(push('x'.repeat(60))).toThrow(LimitError)
    expect(push(`{\n${'"a":1,\n'.repeat(20)}`)).toThrow(LimitError)
    expect(push(`event: error\n${'data: x\n'.repeat(60)}`)).toThrow(LimitError)
  })

  test('X9: a long object byte by byte takes linear time', () => {
    const text = JSON.stringify(
      Array.from({ length: 5000 }, (_, at) => ({ at, text: '"{\\' })),
      null,
      2,
    )
    expect(decode(`data: {"a":${text}}\n\n`, 1)[0]?.data.length).toBeGreaterThan(200_000)
  })
})

test('bare JSON is written as Agentor writes it, and control frames are not for foreign readers', () => {
  expect([bareJsonSse.encode({ data: '{}' }), bareJsonSse.encode({ data: '{}', event: 'end' }), bareJsonSse.contentType]).toEqual([
    '{}\n',
    '',
    'text/event-stream',
  ])
})
