import { type AgentClient, mergeRuns } from '@agentstream/client'

export async function askBoth(client: AgentClient, question: string) {
  const answers = { pilot: '', cook: '' }
  const failures: string[] = []
  const runs = { pilot: client.stream(question, { agent: 'pilot' }), cook: client.stream(question, { agent: 'cook' }) }
  for await (const { name, event, error } of mergeRuns(runs)) {
    if (event?.type === 'token') answers[name] += event.content
    if (error) failures.push(name)
  }
  return { answers, failures }
}
