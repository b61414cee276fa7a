import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pieces, readBody } from '../../../test/reading.ts'
import { createAgentClient, immediately } from '../../index.ts'
import { scriptedFetch } from '../../testing.ts'
import {
  autoProtocol,
  detectProtocol,
  emptyDigest,
  extendDigest,
  type Frame,
  type Framing,
  formatDigest,
  isAgentStreamError,
  type Protocol,
  sse,
} from '../../wire.ts'
import { closeJson } from './close-json.ts'

const folder = new URL('../../../conformance/', import.meta.url)
const utf8 = new TextEncoder()
const eventStream = 'text/event-stream'

interface Transcript {
  readonly name: string
  readonly bytes: Uint8Array
  readonly label: string
  /** What it is, as `protocol/framing`. */
  readonly is: string
}

const files = (protocol: string, pattern: RegExp): (readonly [name: string, text: string])[] =>
  readdirSync(new URL(protocol, folder), { recursive: false })
    .map(String)
    .filter((name) => pattern.test(name) && !/\.(?:expect|sent|request)\./.test(name))
    .map((name) => [`${protocol}/${name}`, readFileSync(new URL(`${protocol}/${name}`, folder), 'utf8')])

/** The objects that were sent: some transcripts hold them in a list, and tell beside them what the server raised. */
const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter(Boolean)
    .flatMap((line) => JSON.parse(line).chunks?.map((chunk: unknown) => JSON.stringify(chunk)) ?? (line.startsWith('{"raised"') ? [] : [line]))
/** Lines of JSON, in each framing that carries them. */
const inEveryFraming = (protocol: string, [name, text]: readonly [string, string], sse = 'sse'): Transcript[] => [
  {
    name,
    bytes: utf8.encode(
      lines(text)
        .map((line) => `${line}\n`)
        .join(''),
    ),
    label: 'application/x-ndjson',
    is: `${protocol}/ndjson`,
  },
  {
    name,
    bytes: utf8.encode(
      lines(text)
        .map((line) => `data: ${line}\n\n`)
        .join(''),
    ),
    label: eventStream,
    is: `${protocol}/${sse}`,
  },
  {
    name,
    bytes: utf8.encode(
      lines(text)
        .map((line) => `\x1e${line}\n`)
        .join(''),
    ),
    label: 'application/json-seq',
    is: `${protocol}/json-seq`,
  },
]
const asIs = (is: string, label: string, [name, text]: readonly [string, string]): Transcript => ({ name, bytes: utf8.encode(text), label, is })

const transcripts: readonly Transcript[] = [
  ...files('aiecs', /^\d.*\.jsonl$/).flatMap((file) => inEveryFraming('aiecs', file)),
  ...files('ag-ui', /\.jsonl$/).flatMap((file) => inEveryFraming('ag-ui', file)),
  ...files('ui-message-stream', /\.sse$/).map((file) => asIs('ui-message-stream/sse', eventStream, file)),
  ...files('a2a', /^v03.*\.sse$|^\d.*\.sse$/).map((file) => asIs('a2a/sse', eventStream, file)),
  ...files('a2a', /^v1.*\.sse$/).map((file) => asIs('a2a-v1/sse', eventStream, file)),
  ...files('agentor', /^(?:engine|legacy).*\.jsonl$/).flatMap((file) => inEveryFraming('agentor', file, 'json-sse')),
  ...files('agentor', /^chat.*\.txt$/).map((file) => asIs('agentor/concatenated', eventStream, file)),
  ...files('agentor', /\.sse$/).map((file) => asIs('agentor/json-sse', eventStream, file)),
  ...files('agenticraft', /^(?:0\d|1[0-3]).*\.jsonl$/).flatMap((file) => inEveryFraming('agenticraft', file)),
  ...files('agenticraft', /\.sse$/).map((file) => asIs('agenticraft/sse', eventStream, file)),
].filter(({ bytes }) => bytes.length > 0)

/** Cells that are not what the transcript is. */
const exceptions: Readonly<Record<string, string>> = {
  // Both versions write this error alike, and read it alike.
  'a2a/v1-10-rpc-error-only.sse': 'a2a/sse',
  // Text that is JSON of nobody: refused, for any unknown protocol would be an answer otherwise.
  'agenticraft/28-json-looking-content.sse': 'nothing',
}

const nameOf = (framing: Framing, protocol: { readonly name: string }): string => `${protocol.name}/${framing.name}`
function cellOf({ bytes }: Transcript, contentType: string | undefined): string {
  const detected = detectProtocol({ bytes, contentType: contentType ?? null })
  return detected ? nameOf(detected.framing, detected.protocol) : 'nothing'
}

test.each([
  ['as labelled', (label: string) => label],
  ['without a label', () => undefined],
  ['labelled as an event stream', () => eventStream],
  ['labelled as JSON', () => 'application/json'],
  ['labelled as text', () => 'text/plain; charset=utf-8'],
  ['labelled as bytes', () => 'application/octet-stream'],
])('every transcript of every protocol is recognised, %s', (_, labelOf) => {
  const wrong = transcripts.flatMap((transcript) => {
    const label = labelOf(transcript.label)
    const expected = label?.endsWith('ndjson') ? transcript.is : transcript.is.replace('/ndjson', '/concatenated')
    const cell = cellOf(transcript, label)
    return cell === (exceptions[transcript.name] ?? expected) ? [] : [`${transcript.name}: ${cell} instead of ${expected}`]
  })
  expect(wrong).toEqual([])
})

const auto = autoProtocol()
/** The framing that `auto` has for a content type. */
const autoFraming = (contentType: string): Framing => {
  const framing = auto.framings?.find((candidate) => candidate.contentType === contentType)
  if (!framing) throw new TypeError(contentType)
  return framing
}
function framesOf({ decoder }: Framing, chunks: readonly Uint8Array[]): readonly Frame[] | string {
  const stage = decoder()
  try {
    return [...chunks.flatMap((chunk) => stage.push(chunk)), ...stage.end()]
  } catch (error) {
    if (!isAgentStreamError(error)) throw error
    return error.code
  }
}
const recognised = transcripts.filter(({ name }) => !(name in exceptions))

test('what was held back is replayed: no byte is lost and none comes twice, however the stream is cut', () => {
  for (const { bytes, label } of recognised) {
    const detected = detectProtocol({ bytes, contentType: label })
    const plain = detected ? framesOf(detected.framing, [bytes]) : ''
    const expected = typeof plain === 'string' ? plain : plain.map((frame, at) => (at === 0 ? { ...frame, recognised: detected?.protocol.name } : frame))
    for (const size of [1, 7, 4096]) expect(framesOf(autoFraming(label), pieces(bytes, size))).toEqual(expected)
  }
})

/** How a client would tell the end of what is left of a stream. */
const outcomeOf = (protocol: Protocol, framing: Framing, bytes: Uint8Array): string => readBody(protocol, bytes, { framing }).outcome

/** One of each protocol is cut at every byte, the others at a few. */
const cutEverywhere = /28-llm-agent|ag-ui\/01|14-written-by-hand|v1-02|chat-01|agenticraft\/(?:01|20)/

test('N2: wherever it is cut, a stream that is recognised is completed only where its own protocol says so', () => {
  for (const { name, bytes, label } of recognised) {
    const detected = detectProtocol({ bytes, contentType: label })
    if (!detected) continue
    for (let length = 0; length <= bytes.length; length += cutEverywhere.test(name) ? 1 : Math.ceil(bytes.length / 5)) {
      const part = bytes.subarray(0, length)
      const outcome = outcomeOf(auto, autoFraming(label), part)
      if (outcome === 'completed') expect([name, length, outcomeOf(detected.protocol, detected.framing, part)]).toEqual([name, length, 'completed'])
    }
  }
})

describe('a client that reads whatever comes', () => {
  const read = async (body: string | Uint8Array, headers: Record<string, string> = {}) => {
    const { fetch } = scriptedFetch({ headers, body: [body] })
    const run = createAgentClient({ url: '/api', fetch, protocol: auto, retry: false }).run('x', { schedule: immediately })
    return run.result().then(
      ({ status, text }) => ({ status, text }),
      (error: unknown) => (isAgentStreamError(error) ? { code: error.code, message: error.message } : error),
    )
  }
  const transcript = (name: string): Uint8Array => readFileSync(new URL(name, folder))

  test.each([
    ['aiecs/28-llm-agent.jsonl', 'application/x-ndjson', 'Good morning.'],
    ['ui-message-stream/01-text.sse', eventStream, 'High water at 14:05.'],
    ['a2a/v1-01-text.sse', eventStream, 'High water at 14:05.'],
    ['agentor/chat-01-text.txt', eventStream, 'High water at 14:05.'],
    ['agenticraft/20-plain.sse', eventStream, 'High water at 14:05.'],
  ])('reads %s', async (name, label, text) => {
    expect(await read(transcript(name), { 'content-type': label })).toEqual({ status: 'completed', text })
    expect(await read(transcript(name))).toEqual({ status: 'completed', text })
  })
  test('reads bare text where it is labelled as such, and only there', async () => {
    expect(await read('High water', { 'content-type': 'text/plain' })).toEqual({ status: 'completed', text: 'High water' })
    expect(await read('High water')).toMatchObject({ code: 'protocol' })
  })
  test('refuses a page of HTML, and shows what it saw', async () => {
    for (const label of ['text/html', 'text/plain', eventStream]) {
      expect(await read('<!doctype html><p>Welcome', { 'content-type': label })).toMatchObject({
        code: 'protocol',
        message: expect.stringContaining('begins like none of aiecs'),
      })
    }
  })
  test('refuses JSON of nobody', async () => expect(await read('{"tide":"high"}\n{"tide":"low"}\n')).toMatchObject({ code: 'protocol' }))
  test('a stream that says nothing, or not enough to tell, is cut off', async () => {
    for (const body of ['', ':\n\n', 'dat', '{"type"']) expect(await read(body, { 'content-type': eventStream })).toMatchObject({ code: 'interrupted' })
  })
  test('tells by its beginning what a first frame of more than 4 KiB is', async () => {
    const long = 'x'.repeat(9000)
    const body = `data: ${JSON.stringify({ type: 'RUN_STARTED', threadId: 't', runId: 'r', input: { messages: [{ id: '1', role: 'user', content: long }] } })}\n\n`
    const rest = ['{"type":"TEXT_MESSAGE_CHUNK","messageId":"m","delta":"Hi"}', '{"type":"RUN_FINISHED","threadId":"t","runId":"r"}'].map(
      (data) => `data: ${data}\n\n`,
    )
    expect(await read(body + rest.join(''), { 'content-type': eventStream })).toEqual({ status: 'completed', text: 'Hi' })
    const token = `{"type":"token","content":"${long}"}\n{"type":"completed","success":true}\n`
    expect(await read(token, { 'content-type': 'application/x-ndjson' })).toEqual({ status: 'completed', text: long })
  })
  test('gives up after 4 KiB that tell nothing', async () => {
    expect(await read(`{"nobody":"${'x'.repeat(5000)}`)).toMatchObject({ code: 'protocol' })
    expect(await read(`: ${'x'.repeat(5000)}`)).toMatchObject({ code: 'protocol' })
  })
})

test('a header that only one protocol sends decides before its words do', () => {
  const headers = new Headers({ 'content-type': eventStream, 'x-vercel-ai-ui-message-stream': 'v1' })
  expect(detectProtocol({ headers, bytes: utf8.encode('data: {"type":"tide-turned"}\n\n') })?.protocol.name).toBe('ui-message-stream')
  const error = readFileSync(new URL('a2a/v1-10-rpc-error-only.sse', folder))
  const versions = ['1.0', '1', '0.3', '10.0'].map(
    (version) => detectProtocol({ headers: new Headers({ 'a2a-version': version }), bytes: error })?.protocol.name,
  )
  expect(versions).toEqual(['a2a-v1', 'a2a-v1', 'a2a', 'a2a'])
})

test('a stream that goes on as another protocol is refused', () => {
  const decoder = auto.decoder()
  decoder.push({ data: '{"type":"started"}', recognised: 'aiecs' })
  expect(() => decoder.push({ data: '{"type":"RUN_STARTED"}', recognised: 'ag-ui' })).toThrow('began as aiecs')
})

test('what a server numbers is still numbered: a run of ours is verified, and goes on where it was cut', async () => {
  const events = ['{"type":"started"}', '{"type":"token","content":"High "}', '{"type":"token","content":"water"}', '{"type":"completed","success":true}']
  const frames = events.map((data, at) => sse.encode({ id: `k-${at + 1}`, data }))
  const digest = formatDigest(events.reduce(extendDigest, emptyDigest))
  const end = sse.encode({ event: 'end', data: JSON.stringify({ outcome: 'completed', cursor: 'k-4', digest }) })
  const headers = { 'content-type': eventStream, 'agentstream-run-id': 'r' }
  const { fetch, requests } = scriptedFetch({ headers, body: [...frames.slice(0, 2), new TypeError('cut')] }, { headers, body: [...frames.slice(2), end] })
  const run = createAgentClient({ url: '/api', fetch, protocol: auto, retry: { baseMs: 0 } }).run('x', { schedule: immediately })
  expect(await run.result()).toMatchObject({ status: 'completed', text: 'High water', state: { integrity: 'verified', connection: { losses: 1 } } })
  expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET'])
})

describe('the beginning of a JSON text', () => {
  test('is closed to a whole one, wherever it breaks off, and never holds what was not there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), fc.boolean(), (value, at, isIndented) => {
        const text = JSON.stringify(value, null, isIndented ? 2 : 0)
        const closed: unknown = JSON.parse(closeJson(text.slice(0, 1 + (at % text.length))))
        expect(Object.keys(value)).toEqual(expect.arrayContaining(Object.keys(closed as object)))
      }),
    )
    expect(closeJson('{"a":{"b":"c\\u00')).toBe('{"a":{"b":"c"}}')
    expect(closeJson('{"a":1,"b')).toBe('{"a":1}')
  })
})
