import type { AgentClient } from '@agentstream/client'

/** Where a whole answer was awaited, it still can be: everything else may follow later, one place at a time. */
export async function complete(client: AgentClient, question: string) {
  const { status, text, output } = await client.run(question).result()
  if (status !== 'completed') throw new TypeError(`The run ended ${status}`)
  return typeof output === 'string' ? output : text
}
