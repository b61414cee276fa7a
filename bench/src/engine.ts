/**
 * Model deltas to SSE bytes through agent, loop, journal and handler, against handing out the same bytes ready made; printed
 * as JSON. Both go through a Response and are read by the same reader. The ready-made bytes come one event at a time, as a
 * server writes them that sends each as soon as it has it; ours come as many at once as the model said without a wait.
 */
import process from 'node:process'
import { createAgentHandler, createLLMAgent, createMemoryJournal, type ModelDelta, type StreamingProvider } from '@agentstream/edge'
import { scriptedProvider } from '@agentstream/edge/testing'
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

/** A server with one model, as it stands between requests. Its journal keeps the last run only. */
function serverOf(tokens: number, provider: StreamingProvider): () => Promise<Response> {
  const journal = createMemoryJournal({ maxRuns: 1, maxEventsPerRun: tokens + 10, maxBytesPerRun: 1 << 30 })
  const handle = createAgentHandler({ agents: { bench: createLLMAgent({ name: 'bench', provider }) }, journal })
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"task":{"description":"x"}}' }
  return async () => handle(new Request('http://bench/agents/bench/runs', request))
}

/** The frames of such a run, one by one, as a server would write them that had them ready. */
async function framesOf(served: () => Promise<Response>): Promise<readonly Uint8Array[]> {
  const text = await (await served()).text()
  const encoder = new TextEncoder()
  return text.split(/(?<=\n\n)/).map((frame) => encoder.encode(frame))
}

const baseline = 'ready-made bytes, a chunk per event'
const rows = []
for (const tokens of [1_000, 10_000, 100_000]) {
  const words = Array.from({ length: tokens }, () => 'word of')
  const plain = serverOf(tokens, wordy(tokens))
  const scripted = serverOf(
    tokens,
    scriptedProvider(() => words),
  )
  const chunks = await framesOf(plain)
  const layers = {
    [baseline]: () => drained(new Response(streamOf(chunks))),
    'AgentStream: a model to bytes': async () => drained(await plain()),
    'AgentStream: a scripted model to bytes': async () => drained(await scripted()),
  }
  for (const row of await measure(layers, { chunks, tokens, baseline, rounds })) rows.push({ tokens, ...row })
}
console.log(JSON.stringify(rows))
