import { type AgentClient, createAgentClient } from '@agentstream/client'
import { fetchJson } from './fetch-json.ts'
import { isRecord, textIn } from './unknown.ts'

/** A client of the demo's own server. It asks for a token per attempt, as one that expires wants, and gives silence six seconds. */
export function createDemoClient(): AgentClient {
  return createAgentClient({ url: '/api', idleTimeoutMs: 6000, headers: async () => ({ authorization: `Bearer ${await newToken()}` }) })
}

async function newToken(): Promise<string> {
  const answer = await fetchJson('/api/demo/token')
  return isRecord(answer) ? textIn(answer, 'token') : ''
}
