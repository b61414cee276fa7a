import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readBody } from '../../../../test/reading.ts'
import { type AgentEvent, agentor, agentorChat, concatenated, type Framing, framingFor, jsonSeq, message, ndjson, ProtocolError, pipe } from '../../../wire.ts'
import { bareJsonSse, jsonSse } from '../../frames/concatenated-sse.ts'

const folder = new URL('../../../../conformance/agentor/', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
const lines = (name: string): Record<string, unknown>[] =>
  read(name)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const files = readdirSync(folder).sort()
const utf8 = new TextEncoder()

/** The events a transcript must become, as reviewed data. */
const expected = (name: string): unknown => lines(`events/${name}.jsonl`)

/** How many bytes it takes until a clean end there is a good one: the reply that ends a chat, `run_end` of the engine. */
function isGoodEnd(framing: Framing, part: Uint8Array): boolean {
  const ends = readBody(agentor, part, { framing }).events.at(-1)
  return ends?.type === 'completed'
}

const chats = files.filter((name) => /^chat-.*\.txt$/.test(name)).map((name) => name.slice(0, -4))
const bodies = [
  ...chats.map((name) => ({ name, body: read(`${name}.txt`) })),
  ...files.filter((name) => name.endsWith('.sse')).map((name) => ({ name: name.slice(0, -4), body: read(name) })),
]

test('N58: /chat says text/event-stream and is read as what it is', () => {
  expect(framingFor('text/event-stream; charset=utf-8', agentor.framings)).toBe(jsonSse)
  expect(framingFor('text/event-stream; charset=utf-8', agentorChat.framings)).toBe(bareJsonSse)
  expect(framingFor('application/json', agentor.framings)).toBe(concatenated)
})

describe('bodies', () => {
  test('there are 9 chats and 5 custom endpoints', () => expect([chats.length, bodies.length]).toEqual([9, 14]))

  describe.each(bodies)('N58: $name', ({ name, body }) => {
    const isCut = name.includes('connection-cut')

    test('becomes these events', () => expect(readBody(agentor, body, { framing: jsonSse, isCut }).events).toEqual(expected(name)))

    test('ends as it should', () => {
      const hasError = name.startsWith('sse-') && body.includes('event: error')
      expect(readBody(agentor, body, { framing: jsonSse, isCut }).outcome).toBe(hasError ? 'failed' : isCut ? 'truncated' : 'completed')
    })

    test('N12 N36 N37: any cut, line end, byte order mark and comment gives the same events', () => {
      const whole = readBody(agentor, body, { framing: jsonSse, isCut })
      for (const end of ['\n', '\r\n', '\r'])
        for (const size of [1, 3])
          expect(readBody(agentor, `\uFEFF: ping${end}${end}${body.replaceAll('\n', end)}`, { framing: jsonSse, isCut, size })).toEqual(whole)
    })

    test('N1 N3 N4: cut at every byte it never ends completed before its reply', () => {
      const bytes = utf8.encode(body)
      // The reply is the last object; it is whole with its brace.
      const reply = bytes.length - (name.startsWith('sse-02') ? 2 : name.startsWith('sse-01') ? 3 : 1)
      for (let at = 0; at <= bytes.length; at++) {
        const part = bytes.subarray(0, at)
        expect(readBody(agentor, part, { framing: jsonSse, isCut: true }).outcome).not.toBe('completed')
        if (at < reply) expect([at, isGoodEnd(jsonSse, part)]).toEqual([at, false])
      }
    })
  })

  test('the objects in the bodies are those the other files list', () => {
    for (const name of chats) {
      const stage = jsonSse.decoder()
      const frames = [...stage.push(utf8.encode(read(`${name}.txt`))), ...stage.end()]
      expect(frames.map(({ data }) => JSON.parse(data))).toEqual(lines(`${name}.expect.jsonl`))
    }
    for (const { name } of bodies.filter((each) => each.name.startsWith('sse-'))) {
      const stage = jsonSse.decoder()
      const frames = [...stage.push(utf8.encode(read(`${name}.sse`))), ...stage.end()]
      // What was sent, not the less that a conforming parser sees: only lines after the first of an error text can be lost upstream.
      expect(frames.map(({ data, event }) => (event ? { event, data } : JSON.parse(data)))).toEqual(lines(`${name}.sent.jsonl`))
    }
  })

  test('written again for the readers of /chat, a chat is the same bytes, apart from the pieces of its text', () => {
    for (const name of chats.filter((each) => !each.includes('connection-cut') && !each.includes('failures'))) {
      const encoder = agentorChat.encoder()
      const frames = readBody(agentor, read(`${name}.txt`), { framing: jsonSse }).events.flatMap((event) => encoder.push({ id: '', event }))
      const whole = frames.filter(({ data }) => JSON.parse(data).chunk === null)
      expect(whole.map(bareJsonSse.encode).join('')).toBe(read(`${name}.txt`))
    }
  })
})

describe('lines', () => {
  const names = files.filter((name) => /^(?:engine|legacy)-.*\.jsonl$/.test(name)).map((name) => name.slice(0, -6))
  test('there are 7 engine runs and 6 older shapes', () => expect(names).toHaveLength(13))

  describe.each(names)('%s', (name) => {
    const sent = lines(`${name}.jsonl`).filter((line) => !('raised' in line))
    const body = sent.map((line) => `${JSON.stringify(line)}\n`).join('')

    test.each([ndjson, jsonSse, concatenated, jsonSeq])('becomes these events over $name, in one piece and byte by byte', (framing) => {
      const text = sent.map((line) => framing.encode({ data: JSON.stringify(line) })).join('')
      for (const size of [4096, 1]) expect(readBody(agentor, text, { framing, size }).events).toEqual(expected(name))
    })

    test('N3: cut at every byte it never ends completed before its last object', () => {
      const bytes = utf8.encode(body)
      const events = lines(`events/${name}.jsonl`)
      for (let at = 0; at < bytes.length - 1; at++) {
        const { outcome, events: seen } = readBody(agentor, bytes.subarray(0, at), { framing: concatenated })
        // An assistant message of the older releases may not be the last one; nothing in it tells.
        if (outcome === 'completed')
          expect([at, seen.filter(({ type }) => type === 'token').length]).toEqual([at, name.startsWith('legacy-03') ? 1 : events.length])
      }
    })
  })

  test('the turn limit of the engine is a failure, although the loop ends in order', () =>
    expect(readBody(agentor, read('engine-07-turn-limit.jsonl'), { framing: ndjson }).outcome).toBe('failed'))
})

describe('socket', () => {
  const names = files.filter((name) => name.startsWith('ws-')).map((name) => name.slice(0, -6))
  test.each(names)('%s: one object per message', (name) => {
    const frames = lines(`${name}.jsonl`).flatMap((line) =>
      line['direction'] === 'server' && typeof line['frame'] === 'string' ? [utf8.encode(line['frame'])] : [],
    )
    expect(readBody(agentor, frames, { framing: message }).events).toEqual(expected(name))
  })
  test('a close without a reply is no good end', () => expect(readBody(agentor, [], { framing: message }).outcome).toBe('truncated'))
})

describe('odd objects', () => {
  const decode = (...data: (object | string)[]): AgentEvent[] => {
    const decoder = agentor.decoder()
    return data.flatMap((one) => decoder.push({ data: typeof one === 'string' ? one : JSON.stringify(one) })).slice(1)
  }
  const output = { type: 'run_item_stream_event', message: null, chunk: null, tool_action: null, reasoning: null, raw_event: null }

  test('an answer that was not streamed is its text', () => {
    const { request, response } = lines('http-responses.jsonl')[0] as { request: unknown; response: { body: string } }
    expect(request).toBeDefined()
    expect(readBody(agentor, response.body, { framing: concatenated })).toMatchObject({
      outcome: 'completed',
      events: [{ type: 'started' }, { content: 'one' }, { output: 'one' }, {}],
    })
  })
  test('N47: what nobody knows becomes custom', () =>
    expect(decode({ type: 'tide_turned', at: 3 })).toEqual([{ type: 'custom', name: 'tide_turned', data: { type: 'tide_turned', at: 3 } }]))
  test('N46 N48: what is no object of this kind is a ProtocolError', () => {
    for (const data of [
      '{',
      '[]',
      '3',
      'null',
      '{}',
      '{"type":1}',
      { ...output, message: 1 },
      { ...output, tool_action: 'x' },
      { type: 'text_delta', text: 1 },
    ])
      expect(() => decode(data)).toThrow(ProtocolError)
  })
  test('N56: names that objects inherit are names like others', () => {
    const act = (type: string) => ({ ...output, message: type === 'tool_output' ? 'x' : null, tool_action: { name: '__proto__', type } })
    expect(decode(act('tool_called'), act('tool_output'))).toEqual([
      { type: 'tool_call', tool_name: '__proto__', tool_call_id: 'call-1' },
      { type: 'tool_result', tool_name: '__proto__', tool_call_id: 'call-1', result: 'x' },
    ])
    expect(decode({ type: 'constructor' }, { type: '__proto__' }).map(({ type }) => type)).toEqual(['custom', 'custom'])
  })
  test('N51: outputs are paired by name and order; one without a call gets an id of its own', () => {
    const act = (name: string, type: string) => ({ ...output, message: type === 'tool_output' ? name : null, tool_action: { name, type } })
    const events = decode(
      act('a', 'tool_called'),
      act('b', 'tool_called'),
      act('a', 'tool_called'),
      act('b', 'tool_output'),
      act('a', 'tool_output'),
      act('c', 'tool_output'),
      act('a', 'tool_output'),
    )
    expect(events.map((event) => 'tool_call_id' in event && event.tool_call_id)).toEqual(['call-1', 'call-2', 'call-3', 'call-2', 'call-1', 'call-4', 'call-3'])
  })
  test.each([
    ['Error: no station', 'no station'],
    ['An error occurred while running the tool. Please try again. Error: no station', 'no station'],
    ['An error occurred while running the tool. Please try again.', 'An error occurred while running the tool. Please try again.'],
  ])('a tool that says %j has failed', (message, error) => {
    expect(decode({ ...output, message, tool_action: { name: 'storm', type: 'tool_output' } })).toMatchObject([{ type: 'tool_error', error }])
  })
  test('the same reply twice is two replies', () => expect(decode({ ...output, message: 'Yes.' }, { ...output, message: 'Yes.' })).toHaveLength(2))
  test('N52: nothing follows an error', () =>
    expect(decode({ type: 'error', error: 'gone' }, { ...output, message: 'late' })).toEqual([{ type: 'error', error: 'gone' }]))
  test('X9: printed reasoning of any shape is read in linear time', () => {
    for (const part of ["text='", 'text="', "text='\\", 'Content(text=\'"', '\\'])
      expect(decode({ ...output, message: 'a', reasoning: `[Content(${part.repeat(200_000)}` }).length).toBeGreaterThan(0)
  })
  test('X9: a hundred thousand open calls are paired in linear time', () => {
    const act = (type: string) => ({ ...output, tool_action: { name: 'a', type } })
    const calls = Array.from({ length: 100_000 }, (_, at) => act(at < 50_000 ? 'tool_called' : 'tool_output'))
    expect(decode(...calls).at(-1)).toMatchObject({ type: 'tool_result', tool_call_id: 'call-50000' })
  })
})

describe('written and read again', () => {
  const carry = (events: readonly AgentEvent[]): AgentEvent[] => {
    const stage = pipe(agentor.encoder(), agentor.decoder())
    return [...events.flatMap((event) => stage.push({ id: 'x-1', event })), ...stage.end()]
  }

  test('an output that was never said is said at the end', () => {
    expect(carry([{ type: 'result', output: { metres: 4 }, success: true }])).toEqual([
      { type: 'started' },
      { type: 'token', content: '{"metres":4}' },
      { type: 'result', output: '{"metres":4}', success: true },
      { type: 'completed', success: true },
    ])
  })
  test('N21 N51: ids that are not sent are made in order, the same every time', () => {
    const events: AgentEvent[] = [
      { type: 'tool_call', tool_name: 'tide', parameters: {}, tool_call_id: 'x' },
      { type: 'tool_call', tool_name: 'chart', operation: 'read', parameters: {}, tool_call_id: 'y' },
      { type: 'tool_error', tool_name: 'chart', error: 'fog', tool_call_id: 'y' },
      { type: 'tool_result', tool_name: 'tide', result: 'high', tool_call_id: 'x' },
    ]
    const ids = carry(events).flatMap((event) => ('tool_call_id' in event ? [event.tool_call_id] : []))
    expect(ids).toEqual(['call-1', 'call-2', 'call-2', 'call-1'])
  })
})
