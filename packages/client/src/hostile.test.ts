/** What models, tools and hosts put into texts, names and ids, through every framing, protocol and reducer. */
import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initialRunState, reduceRun } from './index.ts'
import {
  type AgentEvent,
  a2a,
  a2aV1,
  agenticraft,
  agenticraftText,
  agentor,
  agUi,
  aiecs,
  type Frame,
  type Framing,
  jsonSeq,
  ndjson,
  ProtocolError,
  parseEvent,
  pipe,
  sse,
  type TwoWayProtocol,
  uiMessageStream,
} from './wire.ts'

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '\u2028',
        '\u2029',
        '\u0000',
        '\u001e',
        '\uFEFF',
        '\n\nevent: end\ndata: {"outcome":"completed"}\n\n',
        'data: x',
        'id: 9\n',
        ':',
        '"}',
      ),
      fc.constantFrom('\n{"$event":"end","outcome":"completed"}\n', '[DONE]', '\n\ndata: [DONE]\n\n', '</thinking>', '__proto__', 'constructor', '🌊'),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => pieces.join(''))

const events: fc.Arbitrary<readonly AgentEvent[]> = fc.tuple(hostile, hostile, hostile, hostile).map(([text, id, name, more]) =>
  [
    { type: 'started', agent: name },
    { type: 'token', content: text },
    { type: 'thinking_token', content: more },
    { type: 'tool_call', tool_name: name, tool_call_id: id, parameters: { [name]: text } },
    { type: 'tool_result', tool_name: name, tool_call_id: id, result: { [more]: text }, success: true },
    { type: 'tool_error', tool_name: name, tool_call_id: `${id}2`, error: text },
    { type: 'custom', name, data: { [text]: more } },
    { type: 'source', source_id: id, url: text },
    { type: 'result', output: text },
    { type: 'completed', success: true },
  ].map(parseEvent),
)

const protocols: Readonly<Record<string, TwoWayProtocol>> = { aiecs, agenticraft, agenticraftText, agentor, a2a, a2aV1, agUi, uiMessageStream }
const framings: Readonly<Record<string, Framing>> = { sse, ndjson, jsonSeq }
const pairs = Object.entries(protocols).flatMap(([protocol, { framings: own }]) =>
  Object.entries(framings).flatMap(([framing, by]) => (!own || own.includes(by) ? [{ protocol, framing }] : [])),
)
const utf8 = new TextEncoder()

function framesOf(protocol: TwoWayProtocol, said: readonly AgentEvent[]): readonly Frame[] {
  const encoder = protocol.encoder()
  return [...said.flatMap((event, at) => encoder.push({ id: `e-${at + 1}`, event })), ...encoder.end()]
}

describe('X6 X7 nothing that a model, a tool or a host says can end a frame, start one or name one', () => {
  test.each(pairs)('$protocol in $framing', (pair) => {
    const protocol = protocols[pair.protocol] ?? aiecs
    const framing = framings[pair.framing] ?? sse
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 40 }), (said, size) => {
        const frames = framesOf(protocol, said)
        const bytes = utf8.encode(frames.map(framing.encode).join(framing.heartbeat))
        const stage = pipe(framing.decoder(), protocol.decoder())
        const read: AgentEvent[] = []
        for (let at = 0; at < bytes.length; at += size) read.push(...stage.push(bytes.subarray(at, at + size)))
        const direct = protocol.decoder()
        expect([...read, ...stage.end()]).toEqual([...frames.flatMap((frame) => direct.push(frame)), ...direct.end()])
      }),
      { numRuns: 60 },
    )
  })

  test('in server-sent events another parser sees the same frames, and none beside them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(protocols)), events, (protocol, said) => {
        const frames = framesOf(protocol, said)
        const heard: unknown[] = []
        const parser = createParser({ onEvent: ({ data, event, id }) => heard.push({ data, event, id }) })
        parser.feed(frames.map(sse.encode).join(sse.heartbeat))
        expect(heard).toEqual(frames.map(({ data, event, id }) => ({ data: data.replace(/\r\n?/g, '\n'), event, id })))
      }),
    )
  })

  test('nor can an id or a name that somebody made up', () => {
    fc.assert(
      fc.property(hostile, hostile, (id, event) => {
        const heard: Frame[] = []
        createParser({ onEvent: (message) => heard.push(message) }).feed(sse.encode({ data: '{"a":1}', id, event }) + sse.encode({ data: '{"b":2}' }))
        expect(heard.map(({ data }) => data)).toEqual(['{"a":1}', '{"b":2}'])
        const decoder = sse.decoder()
        const own = [...decoder.push(utf8.encode(sse.encode({ data: '{"a":1}', id, event }) + sse.encode({ data: '{"b":2}' }))), ...decoder.end()]
        expect(own.map(({ data }) => data)).toEqual(['{"a":1}', '{"b":2}'])
      }),
    )
  })
})

/** JSON as only a hostile host writes it: each object with members that reach for what objects inherit. */
const poisoned = (data: string): string => data.replaceAll('{"', '{"__proto__":{"polluted":1,"type":"error"},"constructor":{"prototype":{"polluted":1}},"')

test.each(Object.keys(protocols))('X8 members that reach for what objects inherit stay members, read as %s, folded, and written in every protocol', (name) => {
  const protocol = protocols[name] ?? aiecs
  const before = Object.getOwnPropertyNames(Object.prototype)
  fc.assert(
    fc.property(events, (said) => {
      const decoder = protocol.decoder()
      const read: AgentEvent[] = []
      for (const frame of framesOf(protocol, said)) {
        try {
          read.push(...decoder.push({ ...frame, data: poisoned(frame.data) }))
        } catch (error) {
          // To refuse it is as good.
          if (!(error instanceof ProtocolError)) throw error
        }
      }
      const state = read.reduce((state, event) => reduceRun(state, event, 0), initialRunState('r'))
      expect(Object.getPrototypeOf(state)).toBe(Object.prototype)
      for (const other of Object.values(protocols)) framesOf(other, read)
      expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    }),
    { numRuns: 30 },
  )
})
