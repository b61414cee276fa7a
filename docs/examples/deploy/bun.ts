import { Database } from 'bun:sqlite'
import { createAgentHandler } from '@agentstream/edge'
import { bunSocketListeners, bunUpgrade } from '@agentstream/edge/bun'
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'
import { agentsFor } from './agents.ts'

const database = new Database('runs.db')
const handler = createAgentHandler({
  agents: agentsFor(process.env['OPENAI_API_KEY'] ?? ''),
  basePath: '/api',
  journal: sqliteJournal(database),
  sessions: sqliteSessionStore(database),
  onError: console.error,
})
const server = Bun.serve({
  port: 8787,
  idleTimeout: 0, // an agent may think for longer than Bun lets a connection be silent
  fetch: (request, bun) => handler(request, { upgrade: bunUpgrade(bun) }),
  websocket: bunSocketListeners,
})

process.on('SIGTERM', async () => {
  await handler.close({ graceMs: 10_000 })
  setTimeout(() => process.exit(0), 1_000) // who watches a run of another process is cut, and asks that one
  await server.stop() // when the last words were sent
  process.exit(0)
})
