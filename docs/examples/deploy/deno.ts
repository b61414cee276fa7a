import { createAgentHandler } from '@agentstream/edge'
import { denoKvJournal, denoKvSessionStore, denoUpgrade } from '@agentstream/edge/deno'
import { agentsFor } from './agents.ts'

const kv = await Deno.openKv()
const handler = createAgentHandler({
  agents: agentsFor(Deno.env.get('OPENAI_API_KEY') ?? ''),
  basePath: '/api',
  journal: denoKvJournal(kv),
  sessions: denoKvSessionStore(kv),
  onError: console.error,
})
const server = Deno.serve({ port: 8787 }, (request) => handler(request, { upgrade: denoUpgrade }))

Deno.addSignalListener('SIGTERM', async () => {
  await handler.close({ graceMs: 10_000 })
  setTimeout(() => Deno.exit(), 1_000) // who watches a run of another process is cut, and asks that one
  await server.shutdown() // when the last words were sent
  Deno.exit()
})
