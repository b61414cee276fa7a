import { type AgentClient, createAgentSession } from '@agentstream/client'

/** The server keeps what was said; each message is a run of its own, which can be watched, stopped and resumed like any other. */
export async function talk(client: AgentClient, messages: readonly string[]) {
  const session = createAgentSession(client)
  const answers: string[] = []
  for (const message of messages) answers.push((await session.run(message).result()).text)
  // With this id it goes on later: createAgentSession(client, { id }).
  return { id: session.id, answers }
}
