import { DatabaseSync } from 'node:sqlite'
import { createAgentHandler } from '@agentstream/edge'
import { sqliteJournal } from '@agentstream/edge/sqlite'
import { createDeployAgents } from './deploy-agents.ts'
import { serve } from './node-server.ts'

const [file = '', bench = ''] = process.argv.slice(2)
const journal = sqliteJournal(new DatabaseSync(file), { leaseMs: 600, pollMs: 50 })
const { url } = await serve(createAgentHandler({ agents: createDeployAgents(bench), basePath: '/api', journal }))
console.log(`listening ${new URL(url).port}`)
