import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Frame, type Framing, ndjson, sse } from '../../wire.ts'

const utf8 = new TextEncoder()

function decode(framing: Framing, bytes: Uint8Array, cuts: readonly number[] = []): Frame[] {
  const stage = framing.decoder()
  const frames: Frame[] = []
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    frames.push(...stage.push(bytes.subarray(from, to)))
    from = to
  }
  return [...frames, ...stage.end()].map(({ data, event, id }) => ({ data, ...(event === undefined ? {} : { event }), ...(id === undefined ? {} : { id }) }))
}

const everyCut = (bytes: Uint8Array): number[] => Array.from({ length: Math.max(0, bytes.length - 1) }, (_, at) => at + 1)
const jsonText = fc.json({ depthSize: 'small' }).filter((text) => text.startsWith('{'))
const word = fc.stringMatching(/^[a-zA-Z0-9-]{1,12}$/)
const frame = fc.record({ data: jsonText, event: word, id: word }, { requiredKeys: ['data'] })

describe.each([sse, ndjson])('$name', (framing) => {
  test('N12: what was encoded is decoded, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.infiniteStream(fc.nat()), (frames, random) => {
        const bytes = utf8.encode(frames.map(framing.encode).join(framing.heartbeat))
        const cuts = [...random.take(4)].map((at) => at % (bytes.length + 1)).sort((a, b) => a - b)
        expect(decode(framing, bytes, cuts)).toEqual(frames)
        expect(decode(framing, bytes, everyCut(bytes))).toEqual(frames)
      }),
      { numRuns: 200 },
    )
  })

  test('N38: characters cut in half come out whole', () => {
    const frames = [{ data: '{"content":"Größe 🌊 \u2028 水"}' }]
    const bytes = utf8.encode(frames.map(framing.encode).join(''))
    expect(decode(framing, bytes, everyCut(bytes))).toEqual(frames)
  })

  test('N36: a byte order mark is dropped, also when cut', () => {
    const bytes = utf8.encode(`\uFEFF${framing.encode({ data: '{"a":1}' })}`)
    expect(decode(framing, bytes, everyCut(bytes))).toEqual([{ data: '{"a":1}' }])
  })

  test('N39: bytes that are no UTF-8 become replacement characters and throw nothing', () => {
    const bytes = Uint8Array.of(
      ...utf8.encode(framing === sse ? 'data: {"a":"' : '{"a":"'),
      0xff,
      0xc0,
      0x80,
      ...utf8.encode(framing === sse ? '"}\n\n' : '"}\n'),
    )
    expect(decode(framing, bytes)).toEqual([{ data: '{"a":"\uFFFD\uFFFD\uFFFD"}' }])
  })

  test('N12: a frame in many chunks is joined once (joining per chunk would not end within the test)', () => {
    const bytes = utf8.encode(framing.encode({ data: JSON.stringify({ a: 'x'.repeat(500_000) }) }))
    expect(decode(framing, bytes, everyCut(bytes))[0]?.data).toHaveLength(500_008)
  })
})

describe('SSE by the standard', () => {
  const frames = (text: string): Frame[] => {
    const bytes = utf8.encode(text)
    const whole = decode(sse, bytes)
    expect(decode(sse, bytes, everyCut(bytes))).toEqual(whole)
    return whole
  }

  test.each(['\n', '\r\n', '\r'])('N37: lines end with %j', (end) => {
    expect(frames(`: hello${end}event: note${end}id: 7${end}data: a${end}data: b${end}${end}data: c${end}${end}`)).toEqual([
      { data: 'a\nb', event: 'note', id: '7' },
      { data: 'c' },
    ])
  })

  test('an event without its blank line is not dispatched', () => expect(frames('data: a\n\ndata: b\n')).toEqual([{ data: 'a' }]))
  test('N37: a bare CR at the very end ends the event', () => expect(frames('data: a\r\r')).toEqual([{ data: 'a' }]))
  test('N40: an id with NUL is ignored, NUL in data is kept', () => expect(frames('id: a\0b\ndata: x\0y\n\n')).toEqual([{ data: 'x\0y' }]))
  test('N54: fields nobody knows are ignored', () => expect(frames('retry: soon\nfoo: bar\ndata: a\n\n')).toEqual([{ data: 'a' }]))

  test('X6: no line end in data, id or event can start a field of its own', () => {
    const nasty = fc.array(fc.constantFrom('\r', '\n', '\r\n', 'data: x', 'id: 1', 'event: y', ':', ' ', '\0'), { maxLength: 8 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(nasty, nasty, nasty, (data, id, event) => {
        const got = frames(sse.encode({ data, id: `i${id}`, event: `e${event}` }))
        expect(got).toHaveLength(1)
        expect(got[0]?.data).toBe(data.replace(/\r\n|\r/g, '\n'))
      }),
    )
  })
})

describe('NDJSON', () => {
  test('blank lines and CRLF mean nothing, and the last line may lack its end', () => {
    expect(decode(ndjson, utf8.encode('\n{"a":1}\r\n  \n{"b":2}')).map((frame) => JSON.parse(frame.data))).toEqual([{ a: 1 }, { b: 2 }])
  })
})
