import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../../test/reading.ts'
import { type AgentEvent, agenticraft, agenticraftText, createAgenticraft, type Frame, type Framing, ProtocolError } from '../../../wire.ts'
import { wholeNdjson } from '../../frames/concatenated.ts'
import { rawTextSse, textSse } from '../../frames/plain-text-sse.ts'

const folder = new URL('../../../../conformance/agenticraft/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const lines = (name: string): Record<string, unknown>[] =>
  read(name)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const utf8 = new TextEncoder()
const lenient = createAgenticraft({ form: 'text', reading: 'lenient' })

const textOf = (events: readonly AgentEvent[]): string => events.map((event) => (event.type === 'token' ? event.content : '')).join('')
const tokens = (events: readonly AgentEvent[]): string[] => events.flatMap((event) => (event.type === 'token' ? [event.content] : []))

/** A transcript of chunks: what was sent, and whether an exception cut it off. */
interface Transcript {
  readonly name: string
  readonly chunks: readonly Record<string, unknown>[]
  readonly isCut: boolean
}

const transcripts = readdirSync(folder)
  .filter((name) => /^(?:0\d|1[0-3])-[^.]*\.jsonl$/.test(name))
  .sort()
  .flatMap((name): Transcript[] => {
    const sent = lines(name)
    if (name.startsWith('13'))
      return sent.map(({ chunks, text }) => ({ name: `${name}: ${JSON.stringify(text)}`, chunks: chunks as Transcript['chunks'], isCut: false }))
    return [{ name, chunks: sent.filter((line) => !('raised' in line)), isCut: sent.some((line) => 'raised' in line) }]
  })

describe('chunks', () => {
  test('there are 13 files of them', () => expect(new Set(transcripts.map(({ name }) => name.slice(0, 2))).size).toBe(13))

  describe.each(transcripts)('$name', ({ chunks, isCut }) => {
    const hasFinal = chunks.some((chunk) => chunk['is_final'])
    const body = (framing: Framing, end = '\n'): string =>
      chunks
        .map((chunk) => framing.encode({ data: JSON.stringify(chunk) }))
        .join('')
        .replaceAll('\n', end)

    test('every piece is told once, in order; the final chunk ends the run', () => {
      const { events, outcome } = readBody(agenticraft, body(textSse), { framing: textSse, isCut })
      expect(tokens(events)).toEqual(chunks.map((chunk) => chunk['content']).filter(Boolean))
      if (chunks.length > 0) expect(events[0]).toEqual({ type: 'started' })
      if (hasFinal) expect(events.at(-1)).toMatchObject({ type: 'completed', success: true })
      expect(outcome).toBe(hasFinal ? 'completed' : 'truncated')
    })

    test('N12 N36 N37: any cut, line end, byte order mark and comment gives the same events', () => {
      const whole = readBody(agenticraft, body(textSse), { framing: textSse, isCut })
      for (const end of ['\n', '\r\n', '\r']) {
        const text = `\uFEFF: ping${end}${end}${body(textSse, end)}`
        for (const size of [1, 2, 7]) expect(readBody(agenticraft, text, { framing: textSse, isCut, size })).toEqual(whole)
      }
      expect(readBody(agenticraft, body(wholeNdjson), { framing: wholeNdjson, isCut, size: 1 }).events).toEqual(whole.events)
    })

    test.each([textSse, wholeNdjson])('N1 N3 N4: cut at every byte over $name it never ends completed before its final chunk', (framing) => {
      const bytes = utf8.encode(body(framing))
      // A line is whole without its line end; an event needs its blank line.
      const whole = hasFinal ? bytes.length - (framing === wholeNdjson ? 1 : 0) : Number.POSITIVE_INFINITY
      for (let at = 0; at < Math.min(bytes.length + 1, whole); at++)
        for (const cut of [true, false])
          expect([at, readBody(agenticraft, bytes.subarray(0, at), { framing, isCut: cut }).outcome]).not.toEqual([at, 'completed'])
    })

    test('an agent that swallows its final chunk may be believed, if the caller says so', () => {
      const trusting = createAgenticraft({ isFinalChunkOptional: true })
      expect(readBody(trusting, body(textSse), { framing: textSse, isCut }).outcome).toBe(isCut ? 'truncated' : 'completed')
    })
  })

  const last = (name: string): readonly AgentEvent[] => {
    const found = transcripts.find((transcript) => transcript.name.startsWith(name))
    return readBody(agenticraft, (found?.chunks ?? []).map((chunk) => JSON.stringify(chunk)).join('\n'), { framing: wholeNdjson }).events
  }
  test('a piece keeps its metadata and its time', () =>
    expect(last('01')[1]).toEqual({ type: 'token', content: 'High ', metadata: { model: 'gpt-4o-mini', index: 0 }, timestamp: '2026-03-04T09:15:00.000Z' }))
  test('the final chunk becomes result and completed', () =>
    expect(last('01').slice(-2)).toEqual([
      { type: 'result', output: 'High water at 14:05.', success: true, stop_reason: 'stop' },
      { type: 'completed', success: true, timestamp: '2026-03-04T09:15:00.250Z' },
    ]))
  test("the final chunk's calls become tool_calls_ready, with arguments as text", () =>
    expect(last('04')).toContainEqual({
      type: 'tool_calls_ready',
      tool_calls: [{ id: 'call_1', function: { name: 'tide_at', arguments: '{"port":"Brest"}' } }],
    }))
  test("Ollama's counts become usage", () => expect(last('08')).toContainEqual({ type: 'usage', input_tokens: 11, output_tokens: 6 }))
})

const chunk = (members: object): Frame => ({ data: JSON.stringify({ content: '', is_final: false, ...members }) })

describe('chunks in odd shapes', () => {
  const decode = (...frames: Frame[]): AgentEvent[] => frames.flatMap(agenticraft.decoder().push).slice(1)
  test("the guide's name for thinking", () =>
    expect(decode(chunk({ content: 'hm', metadata: { event_type: 'thinking_delta' } }))).toEqual([{ type: 'thinking_token', content: 'hm' }]))
  test("the guide's usage", () =>
    expect(decode(chunk({ is_final: true, metadata: { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } } }))[0]).toEqual({
      type: 'usage',
      input_tokens: 1,
      output_tokens: 2,
      total_tokens: 3,
    }))
  test('N52: nothing follows the final chunk', () =>
    expect(decode(chunk({ is_final: true }), chunk({ content: 'late' })).map(({ type }) => type)).toEqual(['result', 'completed']))
  test.each(['boom', '{"error":"boom"}', '{"message":"boom"}'])('an error frame of %s', (data) =>
    expect(decode(chunk({ content: 'a' }), { data, event: 'error' }).at(-1)).toMatchObject({ type: 'error', error: 'boom' }),
  )
  test('an error among chunks', () => expect(decode(chunk({ content: 'a' }), { data: '{"error":"boom"}' }).at(-1)).toEqual({ type: 'error', error: 'boom' }))
  test('N46 N48: what is no chunk is a ProtocolError, once there are chunks', () => {
    for (const data of ['{"content":1,"is_final":false}', '[]', '"text"', 'text', '{', '{"content":"a","is_final":false,"metadata":3}', '{"error":1}']) {
      const decoder = agenticraft.decoder()
      decoder.push(chunk({ content: 'a' }))
      expect(() => decoder.push({ data })).toThrow(ProtocolError)
    }
  })
  test('N56: a chunk called __proto__ pollutes nothing', () => {
    decode(chunk({ content: 'a', metadata: JSON.parse('{"__proto__":{"polluted":1},"tool_calls":[{"name":"constructor"}]}'), is_final: true }))
    expect('polluted' in {}).toBe(false)
  })
  test('a date beyond dates is left out', () => expect(decode(chunk({ content: 'a', timestamp: 1e300 }))).toEqual([{ type: 'token', content: 'a' }]))
})

describe('bare text', () => {
  const bodies = readdirSync(folder)
    .filter((name) => name.endsWith('.sse'))
    .map((file) => ({ name: file.slice(0, -4), body: read(file) }))
  test('there are 13 bodies', () => expect(bodies).toHaveLength(13))

  describe.each(bodies)('$name', ({ name, body }) => {
    const dispatched = lines(`${name}.expect.jsonl`).map((line) => String(line['data']))
    const sent = lines(`${name}.sent.jsonl`).map((line) => String(line['content']))
    const isCutInside = name.startsWith('31')

    test('read by the standard: what a conforming parser dispatches', () => {
      for (const protocol of [agenticraft, agenticraftText]) {
        const { events, outcome } = readBody(protocol, body, { framing: textSse })
        expect(tokens(events)).toEqual(dispatched.filter(Boolean))
        // Nothing at all is an empty text, if it is known to be text.
        const isGood = !isCutInside && (protocol === agenticraftText || body !== '')
        expect(outcome).toBe(isGood ? 'completed' : 'truncated')
        if (isGood) expect(events.slice(-2)).toMatchObject([{ type: 'result', output: dispatched.join('') }, { type: 'completed' }])
      }
    })

    test('N12 N36 N37: by the standard, any cut, line end, byte order mark and comment gives the same events', () => {
      const whole = readBody(agenticraftText, body, { framing: textSse })
      for (const end of name.startsWith('26') ? ['\n'] : ['\n', '\r\n', '\r'])
        for (const size of [1, 5])
          expect(readBody(agenticraftText, `\uFEFF: ping${end}${end}${body.replaceAll('\n', end)}`, { framing: textSse, size })).toEqual(whole)
    })

    test('X6: read leniently, what was sent: nothing lost, nothing obeyed', () => {
      const { events, outcome } = readBody(lenient, body, { framing: rawTextSse })
      expect(outcome).toBe(isCutInside ? 'truncated' : 'completed')
      if (isCutInside) expect(tokens(events)).toEqual(['High '])
      // The one ambiguity: two line feeds and `data: ` inside a text.
      else expect(textOf(events)).toBe(name.startsWith('25') ? 'safe\ndata: injectedxsecond event' : sent.join(''))
      for (const size of [1, 3]) expect(readBody(lenient, `\uFEFF${body}`, { framing: rawTextSse, size })).toEqual({ events, outcome })
    })

    test.each([
      ['by the standard', agenticraftText, textSse],
      ['leniently', lenient, rawTextSse],
    ])('N1 N3: %s, a cut at any byte never ends completed; a clean end does, where a frame ends', (_, protocol, framing) => {
      const bytes = utf8.encode(body)
      for (let at = 0; at <= bytes.length; at++) {
        const part = bytes.subarray(0, at)
        expect(readBody(protocol, part, { framing, isCut: true }).outcome).toBe('truncated')
        const isFrameEnd = at === 0 || /(?:\n\n|\r\n|^)$/.test(new TextDecoder().decode(part))
        if (!isFrameEnd) expect([at, readBody(protocol, part, { framing }).outcome]).toEqual([at, 'truncated'])
      }
    })
  })

  test('a named error fails the run; its text is the error', () =>
    expect(readBody(agenticraftText, 'data: a\n\nevent: error\ndata: boom\n\n', { framing: textSse })).toMatchObject({
      outcome: 'failed',
      events: [{ type: 'started' }, { type: 'token' }, { type: 'error', error: 'boom' }],
    }))
  test('text that looks like a chunk stays text where only text is read', () => {
    const data = JSON.stringify({ content: 'a', is_final: true })
    expect(tokens(readBody(agenticraftText, `data: ${data}\n\n`, { framing: textSse }).events)).toEqual([data])
    expect(tokens(readBody(lenient, `data: ${data}\n\n`, { framing: rawTextSse }).events)).toEqual([data])
  })
})
