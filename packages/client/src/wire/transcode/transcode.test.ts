import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Reading, readBody } from '../../../test/reading.ts'
import {
  type AgentEvent,
  a2a,
  a2aV1,
  agenticraft,
  agenticraftText,
  agentor,
  agentorChat,
  agUi,
  aiecs,
  autoProtocol,
  type Framing,
  type Protocol,
  plainText,
  sse,
  type TranscodeOptions,
  transcode,
  uiMessageStream,
} from '../../wire.ts'

const folder = new URL('../../../conformance/', import.meta.url)
const utf8 = new TextEncoder()
const targets = [aiecs, agUi, uiMessageStream, a2a, a2aV1, agentor, agentorChat, agenticraft, agenticraftText]

/** What a client makes of a body that ends as told. */
function readText(protocol: Protocol, chunks: readonly Uint8Array[], { framing = protocol.framings?.[0] ?? sse, isCut = false }) {
  const { events, outcome } = readBody(protocol, chunks, { framing, isCut })
  return { text: events.map((event) => (event.type === 'token' && event.loop_scope == null ? event.content : '')).join(''), outcome }
}

const whole = (chunks: readonly Uint8Array[]): string => chunks.map((chunk) => new TextDecoder().decode(chunk)).join('')
function translate(options: TranscodeOptions, chunks: readonly Uint8Array[], error?: unknown): Uint8Array[] {
  const transcoder = transcode({ runName: 'r1', ...options })
  return [...chunks.flatMap((chunk) => transcoder.push(chunk)), ...(error === undefined ? transcoder.end() : transcoder.broken(error))]
}

const transcripts = (['aiecs', 'ag-ui', 'ui-message-stream', 'a2a', 'agentor', 'agenticraft'] as const).flatMap((protocol) =>
  readdirSync(new URL(protocol, folder))
    .filter((name) => /^(?:\d\d-.*\.(?:jsonl|sse)|(?:v1|v03|chat|sse)-.*\.(?:sse|txt)|engine.*\.jsonl)$/.test(name))
    .filter((name) => !/\.(?:expect|sent|request)\.|http-responses|^1[1-6].*t.*\.jsonl$/.test(name) || protocol === 'ag-ui' || protocol === 'aiecs')
    .filter((name) => !name.includes('.expect.'))
    .map((name): [name: string, bytes: Uint8Array] => [`${protocol}/${name}`, readFileSync(new URL(`${protocol}/${name}`, folder))]),
)
const auto = autoProtocol()
const anything = auto.framings?.at(-1) ?? sse

/** What was a success stays one, what was none never becomes one; a text that was said arrives as it was. */
function check(name: string, source: Pick<Reading, 'outcome'>, target: Pick<Reading, 'outcome'>): void {
  if (source.outcome === 'completed') expect([name, target.outcome]).toEqual([name, 'completed'])
  else expect([name, source.outcome, target.outcome]).not.toEqual([name, source.outcome, 'completed'])
}

describe.each(targets.map((to) => [to.name, to] as const))('to %s', (_, to) => {
  test('every transcript of every protocol ends as it ended', () => {
    for (const [name, bytes] of transcripts) {
      const source = readText(auto, [bytes], { framing: anything })
      const target = readText(to, translate({ from: auto, fromFraming: anything, to }, [bytes]), {})
      check(name, source, target)
      // Agentor has no word for the result but its text, and so says one that was not said before.
      if (source.outcome === 'completed' && !to.name.startsWith('agentor'))
        expect([name, target.text.replace(/\r\n?/g, '\n')]).toEqual([name, source.text.replace(/\r\n?/g, '\n')])
    }
  })
  test('N2: cut anywhere, it is completed only if it was', () => {
    for (const [name, bytes] of transcripts) {
      const step = Math.ceil(bytes.length / 4)
      for (let length = 0; length < bytes.length; length += step) {
        const part = [bytes.subarray(0, length)]
        const options = { from: auto, fromFraming: anything, to }
        check(`${name} ended at ${length}`, readText(auto, part, { framing: anything }), readText(to, translate(options, part), {}))
        const broken = translate(options, part, new TypeError('terminated'))
        check(`${name} broken at ${length}`, readText(auto, part, { framing: anything, isCut: true }), readText(to, broken, {}))
      }
    }
  })
})

describe('an answer of ours', () => {
  const frames = (events: readonly AgentEvent[], end?: object): Uint8Array =>
    utf8.encode(
      events.map((event, at) => sse.encode({ id: `e-${at + 1}`, data: JSON.stringify(event) })).join('') +
        (end ? sse.encode({ event: 'end', data: JSON.stringify(end) }) : ''),
    )
  const said: AgentEvent[] = [
    { type: 'token', content: 'Six.' },
    { type: 'result', output: 'Six.', success: true },
  ]

  test('ends as its last frame says, and not by its result alone', () => {
    const read = (bytes: Uint8Array) => targets.map((to) => readText(to, translate({ from: aiecs, to }, [bytes]), {}).outcome)
    expect(new Set(read(frames(said, { outcome: 'completed' })))).toEqual(new Set(['completed']))
    expect(new Set(read(frames(said)))).toEqual(new Set(['failed']))
    expect(new Set(read(frames(said, { outcome: 'failed' })))).toEqual(new Set(['failed']))
    expect(read(frames(said, { outcome: 'cancelled' }))).not.toContain('completed')
    expect(read(frames(said, { outcome: 'truncated' }))).not.toContain('completed')
  })
  test('carries no ids on: nobody behind them could take the stream up again', () => {
    expect(whole(translate({ from: aiecs, to: aiecs }, [frames(said, { outcome: 'completed' })]))).toBe(
      said.map((data) => sse.encode({ data: JSON.stringify(data) })).join(''),
    )
  })
})

test('what makes no sense ends the run with an error, and what came before it arrives', () => {
  const bytes = utf8.encode('data: {"type":"token","content":"Half"}\n\ndata: {broken\n\ndata: {"type":"completed"}\n\n')
  expect(readText(agUi, translate({ from: aiecs, to: agUi }, [bytes]), {})).toEqual({ text: 'Half', outcome: 'failed' })
})

test('text without frames cannot say that a run failed: its stream breaks off', () => {
  const bytes = utf8.encode('data: {"type":"token","content":"Half"}\n\ndata: {"type":"error","error":"dry"}\n\n')
  const into = (framing: Framing) => () => translate({ from: aiecs, to: agenticraftText, toFraming: framing }, [bytes])
  expect(into(plainText)).toThrow('no room for the end of this run')
  expect(whole(into(sse)())).toBe('data: Half\n\nevent: error\ndata: dry\n\n')
})

test('runs have names of their own, where the target needs one', () => {
  const bytes = utf8.encode('data: {"type":"token","content":"x"}\n\n')
  const name = (): unknown =>
    JSON.parse(
      whole(transcode({ from: aiecs, to: agUi }).push(bytes))
        .slice(6)
        .split('\n')[0] ?? '',
    ).runId
  expect(name()).not.toBe(name())
})
