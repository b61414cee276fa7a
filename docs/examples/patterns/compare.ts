import { type AgentClient, selectMetrics } from '@agentstream/client'

/** One agent per vendor on the server; the same question to each, one after the other so that none slows another. */
export async function compare(client: AgentClient, agents: readonly string[], question: string) {
  const rows = []
  for (const agent of agents) {
    const { status, state } = await client.run(question, { agent }).result()
    const { timeToFirstTokenMs, durationMs, tokensPerSecond, characters } = selectMetrics(state, Date.now())
    rows.push({ agent, status, timeToFirstTokenMs, durationMs, tokensPerSecond, characters, usage: state.usage })
  }
  return rows
}
