import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { type Agent, type AgentHandler, createAgentHandler } from '@agentstream/edge'
import { createRunObject, durableObjectJournal, durableObjectSessionStore, type RunObjectNamespace } from '@agentstream/edge/cloudflare'
import { denoKvJournal, denoKvSessionStore, type KvStore } from '@agentstream/edge/deno'
import { nodeListener } from '@agentstream/edge/node'
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'

export const RunObject = createRunObject()

export function onWorkers<Id>(agents: Record<string, Agent>) {
  let handler: AgentHandler | undefined
  return {
    fetch(request: Request, env: { RUNS: RunObjectNamespace<Id> }, context: { waitUntil(promise: Promise<unknown>): void }) {
      const { RUNS } = env
      handler ??= createAgentHandler({ agents, basePath: '/api', journal: durableObjectJournal(RUNS), sessions: durableObjectSessionStore(RUNS) })
      return handler(request, context)
    },
  }
}

export function onDeno(agents: Record<string, Agent>, kv: KvStore) {
  return createAgentHandler({ agents, basePath: '/api', journal: denoKvJournal(kv), sessions: denoKvSessionStore(kv) })
}

export function onNode(agents: Record<string, Agent>) {
  const database = new DatabaseSync('runs.db')
  const handler = createAgentHandler({ agents, basePath: '/api', journal: sqliteJournal(database), sessions: sqliteSessionStore(database) })
  const server = createServer(nodeListener(handler)).listen(8787)
  process.on('SIGTERM', async () => {
    await handler.close({ graceMs: 10_000 })
    server.close(() => process.exit(0))
    setTimeout(() => server.closeAllConnections(), 1_000)
  })
  return server
}
