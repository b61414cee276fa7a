import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatenated, type Frame, type Framing, jsonSeq, LimitError, message, StreamInterruptedError } from '../../wire.ts'

const utf8 = new TextEncoder()

function decode(framing: Framing, bytes: Uint8Array, size = bytes.length || 1): Frame[] {
  const stage = framing.decoder()
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; at += size) frames.push(...stage.push(bytes.subarray(at, at + size)))
  return [...frames, ...stage.end()]
}

const word = fc.stringMatching(/^[a-zA-Z0-9-]{1,12}$/)
const frame = fc.record(
  { data: fc.oneof(fc.json({ depthSize: 'small' }), fc.constant('{"a":"}{\\"[\\\\"}')).filter((text) => !text.startsWith('{"$')), event: word, id: word },
  { requiredKeys: ['data'] },
)
const carries = ({ data, ...fields }: Frame): Frame => (data.startsWith('{') ? { data, ...fields } : { data })

describe.each([concatenated, jsonSeq])('$name', (framing) => {
  test('N12 N38: what was encoded is decoded, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (frames, size) => {
        const bytes = utf8.encode(frames.map(framing.encode).join(framing.heartbeat))
        expect(decode(framing, bytes, size)).toEqual(frames.map(carries))
        expect(decode(framing, bytes, 1)).toEqual(frames.map(carries))
      }),
      { numRuns: 300 },
    )
  })

  test('N36: a byte order mark is dropped, also when cut', () =>
    expect(decode(framing, utf8.encode(`\uFEFF${framing.encode({ data: '{"a":1}' })}`), 1)).toEqual([{ data: '{"a":1}' }]))

  test('texts are told apart with nothing between them, over lines, and after line ends of any kind', () => {
    const text = '{\r\n "a": [1,\r "}"]}{"b":2}[]"x""y" 12 true\nnull'
    for (const size of [1, 2, 99])
      expect(decode(framing, utf8.encode(text), size).map(({ data }) => JSON.parse(data))).toEqual([{ a: [1, '}'] }, { b: 2 }, [], 'x', 'y', 12, true, null])
  })

  test('a text is given with its last character, not with the next text', () => {
    const stage = framing.decoder()
    expect(stage.push(utf8.encode('{"a":{}'))).toEqual([])
    expect(stage.push(utf8.encode('}'))).toEqual([{ data: '{"a":{}}' }])
  })

  test('N3: an end inside a text is an interruption, at every byte', () => {
    const bytes = utf8.encode('{"a":"b\\"","c":[1]}')
    for (let at = 1; at < bytes.length; at++) expect(() => decode(framing, bytes.subarray(0, at))).toThrow(StreamInterruptedError)
  })

  test('N42: an endless text meets its limit', () => {
    const stage = framing.decoder({ eventBytes: 100 })
    stage.push(utf8.encode('{"a":"'))
    expect(() => stage.push(utf8.encode('x'.repeat(100)))).toThrow(LimitError)
    expect(() => framing.decoder({ eventBytes: 10 }).push(utf8.encode('{"a":"0123456789"}'))).toThrow(LimitError)
  })

  test('N55: twenty thousand levels cost no stack', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect(decode(framing, utf8.encode(deep), 7)).toEqual([{ data: deep }])
  })

  test('X9: a text in 400,000 chunks takes linear time (joining per chunk would not end within the test)', () => {
    const bytes = utf8.encode(JSON.stringify({ a: 'x\\"{'.repeat(50_000) }))
    expect(decode(framing, bytes, 1)[0]?.data).toHaveLength(bytes.length)
  })
})

test('jsonSeq: RFC 7464 section 2.3: a text that breaks off costs no other', () => {
  const frames = decode(jsonSeq, utf8.encode('\x1e{"a":1}\n\x1e{"b":"cut\x1e\x1e{"c":3}\n'), 1)
  expect(frames.map(({ data }) => data)).toEqual(['{"a":1}', '{"b":"cut', '{"c":3}'])
})

describe('message', () => {
  test('every message is one frame, with its id and name; an empty one means nothing', () => {
    const stage = message.decoder()
    const sent: Frame[] = [{ data: '{"a":"Größe"}' }, { data: '{}', id: 'x-1' }, { data: '{"b":1}', event: 'end', id: 'x-2' }]
    expect(sent.flatMap((one) => stage.push(utf8.encode(message.encode(one))))).toEqual(sent)
    expect([...stage.push(utf8.encode(message.heartbeat)), ...stage.push(utf8.encode(' \n')), ...stage.end()]).toEqual([])
  })
  test('N42: a message over the limit is refused', () => expect(() => message.decoder({ eventBytes: 5 }).push(utf8.encode('{"a":1}'))).toThrow(LimitError))
})
