/** Model deltas to SSE bytes through agent, loop, journal and handler, against writing the same bytes ready made; printed as JSON. */
import process from 'node:process'
import { createAgentHandler, createLLMAgent, createMemoryJournal, type ModelDelta, type StreamingProvider } from '@agentstream/edge'
import { measure } from './measure.ts'
import { streamOf } from './streams.ts'

const rounds = Number(process.argv[2] ?? 7)

/** A model that says this many words without ever waiting: what is left is the engine's own cost. */
function wordy(tokens: number): StreamingProvider {
  const delta: ModelDelta = { type: 'text', text: 'word of' }
  return {
    info: { provider: 'bench', model: 'bench', supportsStreaming: true, supportsTools: false },
    async *stream() {
      for (let at = 0; at < tokens; at++) yield delta
      yield { type: 'finish', reason: 'stop' }
    },
  }
}

async function drained(response: Response): Promise<number> {
  const reader = response.body?.getReader()
  let bytes = 0
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) bytes += read.value.byteLength
  return bytes
}

async function served(tokens: number): Promise<Response> {
  const journal = createMemoryJournal({ maxEventsPerRun: tokens + 10, maxBytesPerRun: 1 << 30 })
  const handle = createAgentHandler({ agents: { bench: createLLMAgent({ name: 'bench', provider: wordy(tokens) }) }, journal })
  return handle(
    new Request('http://bench/agents/bench/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"task":{"description":"x"}}' }),
  )
}

/** The frames of such a run, one by one, as a server would write them that had them ready. */
async function framesOf(tokens: number): Promise<readonly Uint8Array[]> {
  const text = await (await served(tokens)).text()
  const encoder = new TextEncoder()
  return text.split(/(?<=\n\n)/).map((frame) => encoder.encode(frame))
}

const baseline = 'ready-made bytes, a chunk per event'
const rows = []
for (const tokens of [1_000, 10_000, 100_000]) {
  const chunks = await framesOf(tokens)
  const layers = {
    [baseline]: () => drained(new Response(streamOf(chunks))),
    'AgentStream: model to bytes': async () => drained(await served(tokens)),
  }
  for (const row of await measure(layers, { chunks, tokens, baseline, rounds })) rows.push({ tokens, ...row })
}
console.log(JSON.stringify(rows))
