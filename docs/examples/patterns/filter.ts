import { type AgentClient, filterEvents } from '@agentstream/client'

export async function toolsUsed(client: AgentClient, question: string) {
  const names: string[] = []
  // The events are typed: a tool_call has a tool_name, a token would have content.
  for await (const event of filterEvents(client.stream(question), 'tool_call')) names.push(event.tool_name)
  return names
}
