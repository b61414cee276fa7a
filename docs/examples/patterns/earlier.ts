import { type AgentClient, forgetConversation, readConversation } from '@agentstream/client'

/** For a page that was loaded again: what was said before, and the answer that was on its way, which goes on. */
export async function pickUp(client: AgentClient, sessionId: string) {
  const { messages, liveRun } = await readConversation(client, { sessionId })
  return { messages, run: liveRun && client.attach(liveRun.runId) }
}

/** A conversation is not forgotten while it is being answered: the answer would be remembered after all. */
export async function startAfresh(client: AgentClient, sessionId: string, liveRunId?: string) {
  if (liveRunId !== undefined) await client.cancel(liveRunId)
  await forgetConversation(client, { sessionId })
}
