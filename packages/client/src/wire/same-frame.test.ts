import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isAgentStreamError } from '../errors.ts'
import { a2a, a2aV1 } from './protocols/a2a/a2a.ts'
import { agUi } from './protocols/ag-ui/ag-ui.ts'
import type { TwoWayProtocol } from './protocols/protocol.ts'
import { readSameFrames } from './same-frame.ts'

/** What every frame gives: its events, or why it is refused. */
function decode(protocol: TwoWayProtocol, frames: readonly string[]): unknown[] {
  const decoder = protocol.decoder()
  return frames.map((data) => {
    try {
      return decoder.push({ data })
    } catch (error) {
      if (!isAgentStreamError(error)) throw error
      return error.message
    }
  })
}

/** The same JSON texts, no two of which begin alike, so that each is read in full. */
const apart = (frames: readonly string[]): string[] => frames.map((data, at) => ' '.repeat(at + 1) + data)

// Few words, so that texts, names and ids are often the same; and what pretends to be the end of a text.
const word = fc.constantFrom('', 'a', 'b', 'text', 'task', 'answer', '2.0', 'timestamp', '\\', '"', '"}', ':', ',')
const literal = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"a"', '"b"') },
  fc
    .oneof(word, fc.string({ unit: 'binary' }), fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }))
    .map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"\\u0061"',
    '"\\u0074ext"',
    ' "b" ',
    '"\\ud800"',
    '"a',
    'a"',
    '"a\\"',
    '"a" "b"',
    '1',
    'null',
    '{}',
    '"a","text":"b"',
    '"a"},{"kind":"text","text":"b"',
    '"a":"b"',
    '"\n"',
    '',
  ),
)
const members = fc.oneof(
  literal.map((text) => `"text":${text}`),
  fc.tuple(literal, literal).map(([text, time]) => `"text":${text},"metadata":{"agentstream":{"timestamp":${time}}}`),
  fc.tuple(literal, literal).map(([text, time]) => `"metadata":{"agentstream":{"timestamp":${time},"is_fallback":false}},"text":${text}`),
  fc.tuple(literal, literal).map(([first, text]) => `"text":${first},"text":${text}`),
  fc.tuple(literal, literal).map(([key, text]) => `${key}:"c","te\\u0078t":${text}`),
  fc.tuple(literal, literal).map(([other, text]) => `"other":${other},"text":${text}`),
  literal.map((text) => `"text":${text}}, {"kind":"text","text":"more"`),
)
const update = fc.tuple(members, fc.constantFrom('true', 'true', 'true', 'null', 'false'), fc.constantFrom('"task"', '"task"', '"task"', '"b"'))
const v03 = update.map(
  ([part, append, task]) =>
    `{"jsonrpc":"2.0","id":1,"result":{"kind":"artifact-update","taskId":${task},"contextId":"a","artifact":{"artifactId":"answer","parts":[{"kind":"text",${part}}]},"append":${append}}}`,
)
const v1 = update.map(
  ([part, append, task]) =>
    `{"jsonrpc":"2.0","id":1,"result":{"artifactUpdate":{"taskId":${task},"contextId":"a","artifact":{"artifactId":"answer","parts":[{${part}}]},"append":${append}}}}`,
)
const time = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }).map(String) },
  fc.constantFrom('0', '-0', '1e3', '1.5', '-1', '9e15', '1e400', '01', '1.', '.5', '+1', ' 2 ', '"1"', 'null', '1,"role":"user"', '1,"delta":"b"', ''),
)
const messageId = fc.constantFrom('"m"', '"m"', '"m"', '"a"', '"b"', 'null', '1')
const type = fc.constantFrom('CONTENT', 'CONTENT', 'CONTENT', 'CHUNK', 'START', 'END')
const agUiFrame = fc.oneof(
  fc.tuple(type, messageId, literal, time).map(([kind, id, text, at]) => `{"type":"TEXT_MESSAGE_${kind}","messageId":${id},"delta":${text},"timestamp":${at}}`),
  fc.tuple(time, messageId, literal).map(([at, id, text]) => `{"timestamp":${at},"delta":${text},"type":"TEXT_MESSAGE_CONTENT","messageId":${id}}`),
  fc.tuple(messageId, literal).map(([id, text]) => `{"type":"TEXT_MESSAGE_CONTENT","messageId":${id},"delta":${text}}`),
  fc.constantFrom('user', 'assistant').map((role) => `{"type":"TEXT_MESSAGE_START","messageId":"m","role":"${role}"}`),
  fc.constantFrom(
    '{"type":"piece","id":"m","content":"a"}',
    '{"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"look","delta":"{}"}',
    '{"type":"MESSAGES_SNAPSHOT","messages":[{"id":"b","role":"assistant","content":"a"}]}',
    '{"type":"RUN_FINISHED"}',
  ),
)
const streamOf = (frame: fc.Arbitrary<string>): fc.Arbitrary<string[]> => {
  const cut = fc.tuple(frame, fc.integer({ min: 1, max: 400 })).map(([data, at]) => data.slice(0, at))
  return fc.array(fc.oneof({ weight: 9, arbitrary: frame }, { weight: 1, arbitrary: cut }), { maxLength: 12 })
}

test.each([
  ['A2A 0.3', a2a, v03],
  ['A2A 1.0', a2aV1, v1],
  ['AG-UI', agUi, agUiFrame],
] as const)('frames of %s that are alike say what they say when each is read in full', (_version, protocol, frame) => {
  fc.assert(
    fc.property(streamOf(frame), (frames) => {
      expect(decode(protocol, frames)).toEqual(decode(protocol, apart(frames)))
    }),
    { numRuns: 1000 },
  )
})

/** Counts what is read in full; the variables are the values of `text` and `time`. */
function counting() {
  const full: string[] = []
  const read = readSameFrames<Record<string, string | number>>({
    read(data) {
      full.push(data)
      return JSON.parse(data)
    },
    variables: ({ text, time }) => (text === undefined ? [] : time === undefined ? [text] : [text, time]),
    fill: (value, [text = '', time]) => ({ ...value, text, ...(time === undefined ? {} : { time }) }),
  })
  return { read, full }
}

test('a frame like an earlier one is not parsed again, whatever comes between them', () => {
  const { read, full } = counting()
  const frames = [{ text: 'one', time: 1 }, { other: 'x' }, { text: 'two \ud800 "', time: -2.5 }, { text: '', time: 0 }]
  expect([frames.map((frame) => read(JSON.stringify(frame))), full.length]).toEqual([frames, 2])
})

test('frames that are never alike are looked at a few times only', () => {
  const { read, full } = counting()
  const frames = Array.from({ length: 20 }, (_, at) => ({ id: `id ${at}`, text: 'same' }))
  expect([frames.map((frame) => read(JSON.stringify(frame))), full.length]).toEqual([frames, 20])
  // By now it has given up: two that are alike are both read in full.
  read('{"text":"a"}')
  read('{"text":"b"}')
  expect(full).toHaveLength(22)
})
