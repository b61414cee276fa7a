/**
 * Bytes to state for one tool call whose arguments come in pieces of 16 characters, with the growing value read from every
 * snapshot, against reading the same bytes and one JSON.parse per event. Printed as JSON.
 */
import process from 'node:process'
import { createAgentClient, selectArguments, selectToolCalls } from '@agentstream/client'
import { eachChunk, type Layer, parsed } from './layers.ts'
import { measure } from './measure.ts'
import { breathingStreamOf, type Chunking, chunksOf } from './streams.ts'

const rounds = Number(process.argv[2] ?? 9)
const baseline = '+ JSON.parse + append'
const watched = 'state, value read from every snapshot'
const shapes: Readonly<Record<string, (characters: number) => unknown>> = {
  'one long text': (characters) => ({ path: 'notes.md', text: 'Dear skipper, the tide is high. '.repeat(characters / 32) }),
  'a list of objects': (characters) => ({ items: Array.from({ length: characters / 44 }, (_, at) => ({ id: at, port: `Harbour ${at}`, isOpen: true })) }),
}

const frame = (event: object): string => `data: ${JSON.stringify({ ...event, timestamp: '2026-03-04T09:15:00.125000' })}\n\n`

function callChunks(text: string, chunking: Chunking): readonly Uint8Array[] {
  const call = { id: 'call-1', function: { name: 'write' } }
  const pieces = Array.from({ length: Math.ceil(text.length / 16) }, (_, at) => text.slice(at * 16, (at + 1) * 16))
  const deltas = pieces.map((piece) => frame({ type: 'tool_call_delta', tool_call: call, arguments_delta: piece }))
  return chunksOf([...deltas, frame({ type: 'result', success: true, output: 'done' })], chunking)
}

let readings = 0

/** A whole run; `isRead` says whether somebody looks at the arguments in every snapshot, as a page does. */
const run =
  (isRead: boolean): Layer =>
  async (chunks) => {
    const fetch = async (): Promise<Response> => new Response(breathingStreamOf(chunks), { headers: { 'content-type': 'text/event-stream' } })
    const live = createAgentClient({ url: 'bench:', fetch }).run('x')
    readings = 0
    live.subscribe(() => {
      const [call] = isRead ? selectToolCalls(live.getSnapshot()) : []
      if (call && selectArguments(call).value !== undefined) readings++
    })
    const { state } = await live.result()
    return selectToolCalls(state)[0]?.argumentsText.length ?? 0
  }

const layers: Readonly<Record<string, Layer>> = {
  [baseline]: async (chunks) => {
    let text = ''
    const { push } = parsed((data) => {
      const event = JSON.parse(data)
      if (event.type === 'tool_call_delta') text += event.arguments_delta
    })
    await eachChunk(breathingStreamOf(chunks), push)
    return text.length
  },
  'state, value not asked for': run(false),
  [watched]: run(true),
}

const rows = []
for (const [shape, make] of Object.entries(shapes)) {
  for (const chunking of ['64 KiB chunks', 'one event per chunk'] as const) {
    for (const kibibytes of [256, 1024]) {
      const text = JSON.stringify(make(kibibytes * 1024))
      const fragments = Math.ceil(text.length / 16)
      const measured = await measure(layers, { chunks: callChunks(text, chunking), tokens: fragments, baseline, rounds })
      for (const row of measured)
        rows.push({
          shape,
          chunking,
          kibibytes,
          fragments,
          readings: row.name === watched ? readings : 0,
          ...row,
          totalMs: (row.perTokenUs * fragments) / 1000,
        })
    }
  }
}
console.log(JSON.stringify(rows))
