import { DatabaseSync } from 'node:sqlite'
import { sqliteJournal } from '@agentstream/edge/sqlite'
import { createDeployHandler } from './deploy-agents.ts'
import { serve } from './node-server.ts'

const [file = '', bench = ''] = process.argv.slice(2)
const database = new DatabaseSync(file)
const journal = sqliteJournal(database, { leaseMs: 600, pollMs: 50 })
const { url } = await serve(createDeployHandler({ bench, journal, steadyJournal: sqliteJournal(database, { leaseMs: 60_000, pollMs: 50 }) }))
console.log(`listening ${new URL(url).port}`)
