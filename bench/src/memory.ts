/**
 * What a client holds: of a finished run of 100,000 tokens, and of a million events while they come, at its most. Printed as
 * JSON: run with --expose-gc by main.ts.
 */
import { type AgentEvent, createAgentClient } from '@agentstream/client'
import { streamOf, tokenChunks } from './streams.ts'

const collect = (globalThis as { gc?: () => void }).gc ?? (() => {})
const settle = async (): Promise<number> => {
  for (let round = 0; round < 3; round++) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}
const clientOf = (chunks: readonly Uint8Array[]) =>
  createAgentClient({ url: 'bench:', fetch: async () => new Response(streamOf(chunks), { headers: { 'content-type': 'text/event-stream' } }) })

/** Of a run that has ended, when its state is kept and nothing else. */
async function held(): Promise<Record<string, unknown>> {
  const tokens = 100_000
  const client = clientOf(tokenChunks(tokens, '64 KiB chunks'))
  await client.run('x').result()
  const before = await settle()
  const { state, text } = await client.run('x').result()
  const bytes = (await settle()) - before
  return { tokens, textBytes: text.length, heldBytesPerToken: bytes / tokens, status: state.status }
}

const events = 1_000_000
const mebibytes = (bytes: number): number => bytes / (1 << 20)

/** While events come: more than before and more than the text, in MiB, at the worst of ten moments. */
async function growth(
  name: string,
  read: (chunks: readonly Uint8Array[], each: (event: AgentEvent) => void) => Promise<void>,
): Promise<Record<string, unknown>> {
  const chunks = tokenChunks(events, '64 KiB chunks')
  await read(tokenChunks(1_000, '64 KiB chunks'), () => {})
  const before = await settle()
  let [seen, text, most] = [0, 0, 0]
  await read(chunks, (event) => {
    if (event.type === 'token') text += event.content.length
    if (++seen % (events / 10) !== 0) return
    collect()
    most = Math.max(most, process.memoryUsage().heapUsed - before - text)
  })
  return { name, events: seen, textMiB: mebibytes(text), growthBesideTextMiB: mebibytes(most) }
}

const running = [
  await growth('run(), with its state', async (chunks, onEvent) => {
    await clientOf(chunks).run('x', { onEvent }).result()
  }),
  await growth('stream(), in a loop that keeps nothing', async (chunks, each) => {
    for await (const event of clientOf(chunks).stream('x')) each(event)
  }),
]
console.log(JSON.stringify({ finished: await held(), running }))
