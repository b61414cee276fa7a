/**
 * A thousand slow runs at once in one process: what each holds, and how long its words are on their way, beside a server that
 * only writes the same frames. Printed as JSON: run with --expose-gc by main.ts.
 */
import process from 'node:process'
import { createAgentHandler, createLLMAgent, createMemoryJournal, type ModelDelta, type StreamingProvider } from '@agentstream/edge'

const runs = 1_000
const words = 20
const pauseMs = 200
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
const alive = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Says when it says it. */
async function* spoken(): AsyncGenerator<string, void, undefined> {
  for (let at = 0; at < words; at++) {
    await sleep(pauseMs)
    yield `${performance.now().toFixed(3)} `
  }
}

const provider: StreamingProvider = {
  info: { provider: 'bench', model: 'bench', supportsStreaming: true, supportsTools: false },
  async *stream(): AsyncGenerator<ModelDelta, void, undefined> {
    for await (const text of spoken()) yield { type: 'text', text }
    yield { type: 'finish', reason: 'stop' }
  },
}

type Serve = (run: number) => Promise<Response>

function agentServer(): Serve {
  const handle = createAgentHandler({ agents: { bench: createLLMAgent({ name: 'bench', provider }) }, journal: createMemoryJournal({ maxRuns: runs }) })
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"task":{"description":"x"}}' }
  return async () => handle(new Request('http://bench/agents/bench/runs', request))
}

/** The same frames by hand, kept by nobody. */
function plainServer(): Serve {
  const utf8 = new TextEncoder()
  return async (run) => {
    const said = spoken()
    let seq = 0
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await said.next()
        if (done) return controller.close()
        const data = JSON.stringify({ type: 'token', content: value, timestamp: '2026-03-04T09:15:00.125Z' })
        controller.enqueue(utf8.encode(`id: 0123456789ab-${run}-${++seq}\ndata: ${data}\n\n`))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

const time = /"content":"([\d.]+) "/g

async function listen(response: Response, delays: number[]): Promise<void> {
  const utf8 = new TextDecoder()
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    const text = utf8.decode(read.value)
    const now = performance.now()
    for (const [, said] of text.matchAll(time)) delays.push(now - Number(said))
  }
}

/** All runs, begun one after the other within one pause, so that their words are spread evenly. */
async function crowd(serve: Serve, delays: number[]): Promise<void> {
  const listening: Promise<void>[] = []
  for (let run = 0; run < runs; run++) {
    listening.push(serve(run).then((response) => listen(response, delays)))
    if (run % 10 === 9) await sleep((pauseMs / runs) * 10)
  }
  await Promise.all(listening)
}

async function weighed(name: string, serverOf: () => Serve): Promise<Record<string, unknown>> {
  const delays: number[] = []
  const cpu = process.cpuUsage()
  await crowd(serverOf(), delays)
  const { user, system } = process.cpuUsage(cpu)
  delays.sort((a, b) => a - b)
  const at = (share: number): number => delays[Math.floor(delays.length * share)] ?? Number.NaN
  // Once more for the memory: weighing stops the world for longer than a word takes.
  const before = await alive()
  const crowded = crowd(serverOf(), [])
  await sleep((words * pauseMs) / 2)
  const bytesPerRun = ((await alive()) - before) / runs
  await crowded
  return { name, words: delays.length, bytesPerRun, p50Ms: at(0.5), p99Ms: at(0.99), cpuUsPerWord: (user + system) / delays.length }
}

await crowd(agentServer(), [])
const rows = [await weighed('writing the frames', plainServer), await weighed('AgentStream: a model to bytes', agentServer)]
console.log(JSON.stringify(rows))
