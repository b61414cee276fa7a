import { type AgentClient, filterEvents } from '@agentstream/client'

export async function watchProgress(client: AgentClient, question: string, show: (line: string) => void) {
  const events = filterEvents(client.stream(question), 'tool_progress', 'iteration_start', 'token')
  let characters = 0
  for await (const event of events) {
    if (event.type === 'iteration_start') show(`round ${event.iteration} of ${event.max_iterations ?? '?'}`)
    else if (event.type === 'tool_progress') show(`${event.tool_name}: ${Math.round((event.progress ?? 0) * 100)} %, ${event.message ?? ''}`)
    else characters += event.content.length
  }
  show(`${characters} characters`)
}
