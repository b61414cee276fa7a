import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { createAgentHandler } from '@agentstream/edge'
import { nodeListener, nodeUpgrade } from '@agentstream/edge/node'
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'
import { WebSocketServer } from 'ws'
import { agentsFor } from './agents.ts'

const database = new DatabaseSync('runs.db')
const handler = createAgentHandler({
  agents: agentsFor(process.env['OPENAI_API_KEY'] ?? ''),
  basePath: '/api',
  journal: sqliteJournal(database),
  sessions: sqliteSessionStore(database),
  onError: console.error,
})
const server = createServer(nodeListener(handler)).listen(8787)
server.on('upgrade', nodeUpgrade({ handler, sockets: new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 }) }))

process.on('SIGTERM', async () => {
  await handler.close({ graceMs: 10_000 })
  server.close(() => process.exit(0)) // when the last words were sent
  setTimeout(() => server.closeAllConnections(), 1_000) // who watches a run of another process is cut, and asks that one
})
