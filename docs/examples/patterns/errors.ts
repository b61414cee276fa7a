import { type AgentClient, isAgentStreamError, StreamInterruptedError } from '@agentstream/client'

export async function tell(client: AgentClient, question: string) {
  try {
    for await (const event of client.stream(question)) {
      // What the agent did wrong is an event, the last one.
      if (event.type === 'error') return `The agent failed: ${event.error}`
    }
    return 'Done'
  } catch (error) {
    // What the connection did wrong is thrown.
    if (error instanceof StreamInterruptedError) return `Cut off after: ${error.partialResponse}`
    return isAgentStreamError(error) ? `${error.code}, ${error.retryable ? 'try again' : 'do not try again'}` : 'A bug of ours'
  }
}

/** The whole run once more, for as long as that may help. Each attempt is a new run: the agent starts over. */
export async function untilItWorks(client: AgentClient, question: string, attempts = 3) {
  for (let attempt = 1; ; attempt++) {
    const run = client.run(question)
    const { status, text, state } = await run.result().catch(() => ({ status: 'truncated', text: '', state: run.getSnapshot() }))
    if (status === 'completed' || attempt === attempts || !state.failure?.retryable) return { status, text, attempt }
  }
}
