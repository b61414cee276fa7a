import { DatabaseSync } from 'node:sqlite'
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'
import { createDeployHandler } from './deploy-agents.ts'
import { serve } from './node-server.ts'

const [file = '', bench = ''] = process.argv.slice(2)
const database = new DatabaseSync(file)
const journal = sqliteJournal(database, { leaseMs: 600, pollMs: 50 })
const handler = createDeployHandler({
  bench,
  journal,
  steadyJournal: sqliteJournal(database, { leaseMs: 60_000, pollMs: 50 }),
  sessions: sqliteSessionStore(database),
})
const { url, end } = await serve(handler)
process.on('SIGTERM', async () => {
  await handler.close({ graceMs: 500 })
  await end()
  process.exit(0)
})
console.log(`listening ${new URL(url).port}`)
