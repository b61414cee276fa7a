import { type AgentClient, fieldStatus, selectArguments, selectToolCalls } from '@agentstream/client'

/** What a model is about to book, while it is still writing it. */
export async function watchArguments(client: AgentClient, question: string, show: (line: string) => void) {
  const run = client.run(question)
  run.subscribe(() => {
    for (const call of selectToolCalls(run.getSnapshot())) {
      const known = selectArguments(call)
      show(`${call.toolName} ${JSON.stringify(known.value)} port: ${fieldStatus(known, ['port'])}`)
    }
  })
  return (await run.result()).status
}
