/**
 * What streams without measure cost a client in memory: run with --expose-gc by weight.test.ts, in a process of its own. Prints
 * for each how it ended, and how much more than before was alive when it was most.
 */
import process from 'node:process'
import { type AgentClient, type AgentEvent, createAgentClient, type RunState } from '../src/index.ts'

const utf8 = new TextEncoder()
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
const alive = (): number => {
  // Once for the objects, once more for the bytes they held.
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

interface Weighed {
  readonly before: number
  most: number
  /** Bytes handed over. */
  sent: number
}

/** A body that makes its chunks when they are asked for; weighed before each of them that is told to be. */
function bodyOf(weighed: Weighed, chunks: Iterable<Uint8Array>, every: number): ReadableStream<Uint8Array> {
  const left = chunks[Symbol.iterator]()
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (++at % every === 0) weighed.most = Math.max(weighed.most, alive())
        const { done, value } = left.next()
        if (done) return controller.close()
        weighed.sent += value.length
        controller.enqueue(value)
      },
    },
    { highWaterMark: 0 },
  )
}

interface Stream {
  readonly contentType: string
  readonly chunks: () => Iterable<Uint8Array>
}

const sse = 'text/event-stream'
const ndjson = 'application/x-ndjson'
const piece = new Uint8Array(1 << 16).fill(120)

/** Characters of three bytes each, which are kept in two. */
const widePiece = utf8.encode('\u6f6e'.repeat(21_845))

function* line(start: string, mebibytes: number, part = piece): Generator<Uint8Array> {
  yield utf8.encode(start)
  for (let at = 0; at < 16 * mebibytes; at++) yield part
  yield utf8.encode('\n\n{"type":"completed"}\n')
}

function* repeat(chunk: Uint8Array, times: number): Generator<Uint8Array> {
  for (let at = 0; at < times; at++) yield chunk
}

const manyTiny = (before: string, after: string, count = 1_000_000): Uint8Array => {
  const event = `${before}{"type":"token","content":"a"}${after}`
  return utf8.encode(`${event.repeat(count)}${before}{"type":"completed"}${after}`)
}
const deep = (before: string, after: string): Uint8Array => {
  const levels = 100_000
  return utf8.encode(`${before}{"type":"custom","name":"deep","data":${'['.repeat(levels)}${']'.repeat(levels)}}${after}${before}{"type":"completed"}${after}`)
}

const streams: Readonly<Record<string, Stream>> = {
  'a line of 1 GiB, SSE': { contentType: sse, chunks: () => line('data: ', 1024) },
  'a line of 1 GiB, NDJSON': { contentType: ndjson, chunks: () => line('', 1024) },
  'an endless line, SSE': { contentType: sse, chunks: () => line('data: ', Number.POSITIVE_INFINITY) },
  'an endless line, NDJSON': { contentType: ndjson, chunks: () => line('', Number.POSITIVE_INFINITY) },
  'an endless line of wide characters, SSE': { contentType: sse, chunks: () => line('data: ', Number.POSITIVE_INFINITY, widePiece) },
  'an endless line of wide characters, NDJSON': { contentType: ndjson, chunks: () => line('', Number.POSITIVE_INFINITY, widePiece) },
  '10⁶ events in one chunk, SSE': { contentType: sse, chunks: () => [manyTiny('data: ', '\n\n')] },
  '10⁶ events in one chunk, NDJSON': { contentType: ndjson, chunks: () => [manyTiny('', '\n')] },
  'nesting 10⁵ deep, SSE': { contentType: sse, chunks: () => [deep('data: ', '\n\n')] },
  'nesting 10⁵ deep, NDJSON': { contentType: ndjson, chunks: () => [deep('', '\n')] },
}

/** Of these only the last characters are kept. */
const texts: Readonly<Record<string, Stream>> = {
  '64 MiB of text': { contentType: sse, chunks: () => repeat(utf8.encode(`data: {"type":"token","content":"${'a'.repeat(4096)}"}\n\n`.repeat(16)), 1024) },
}

const textOf = (state: RunState): number => state.main.parts.reduce((length, part) => length + ('text' in part ? part.text.length : 0), 0)

type Read = (client: AgentClient, each: () => void) => Promise<{ ending: string; events: number; text: number }>
const ways: Readonly<Record<string, Read>> = {
  async 'run()'(client, each) {
    const run = client.run('x', { onEvent: each })
    const ending = await run.result().then(
      () => 'completed',
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    )
    const state = run.getSnapshot()
    return { ending, events: state.counts.events, text: textOf(state) }
  },
  'stream()': (client, each) => iterate(client.stream('x'), each),
}
const keeping: Readonly<Record<string, Read>> = {
  'all characters': (client, each) => iterate(client.stream('x'), each),
  'the last 1,000': (client, each) => iterate(client.stream('x', { maxPartialCharacters: 1_000 }), each),
  none: (client, each) => iterate(client.stream('x', { maxPartialCharacters: 0 }), each),
}

async function iterate(stream: AsyncIterable<AgentEvent>, each: () => void): ReturnType<Read> {
  let [events, text] = [0, 0]
  try {
    for await (const event of stream) {
      each()
      events++
      if (event.type === 'token') text += event.content.length
    }
    return { ending: 'completed', events, text }
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return { ending: `${code}: ${message}`, events, text }
  }
}

async function weigh({ contentType, chunks }: Stream, read: Read): Promise<Record<string, unknown>> {
  // Made first: what the sender holds is not the client's.
  const body = chunks()
  const weighed: Weighed = { before: alive(), most: 0, sent: 0 }
  const fetch: typeof globalThis.fetch = async () => new Response(bodyOf(weighed, body, 32), { headers: { 'content-type': contentType } })
  let at = 0
  const outcome = await read(createAgentClient({ url: 'weigh:', fetch, retry: false }), () => {
    if (++at === 1 || at % 250_000 === 0) weighed.most = Math.max(weighed.most, alive())
  })
  const mebibytes = (bytes: number): number => Math.round((Math.max(0, bytes) * 100) / (1 << 20)) / 100
  return { ...outcome, grown: mebibytes(weighed.most - weighed.before), sent: mebibytes(weighed.sent) }
}

const warm: Stream = { contentType: sse, chunks: () => [manyTiny('data: ', '\n\n', 1_000)] }
for (const read of Object.values(ways)) await weigh(warm, read)
const rows = []
for (const [of, by] of [
  [streams, ways],
  [texts, keeping],
] as const) {
  for (const [what, stream] of Object.entries(of)) {
    for (const [how, read] of Object.entries(by)) {
      // What is held by the one before is let go by the next turn.
      await new Promise((resolve) => setImmediate(resolve))
      rows.push({ what, how, ...(await weigh(stream, read)) })
    }
  }
}
console.log(JSON.stringify(rows))
