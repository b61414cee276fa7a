/** Bytes of heap that a finished run of 100,000 tokens holds, printed as JSON: run with --expose-gc by main.ts. */
import { createAgentClient } from '@agentstream/client'
import { streamOf, tokenChunks } from './streams.ts'

const tokens = 100_000
const chunks = tokenChunks(tokens, '64 KiB chunks')
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
const settle = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}
const fetch = async (): Promise<Response> => new Response(streamOf(chunks), { headers: { 'content-type': 'text/event-stream' } })
const read = async () => createAgentClient({ url: 'bench:', fetch }).run('x').result()

await read()
const before = await settle()
const { state, text } = await read()
const held = (await settle()) - before
console.log(JSON.stringify({ tokens, textBytes: text.length, heldBytesPerToken: held / tokens, status: state.status }))
