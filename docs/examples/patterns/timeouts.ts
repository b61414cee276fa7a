import { type AgentClient, StreamTimeoutError, textOf, withTimeout } from '@agentstream/client'

export async function withinHalfAMinute(client: AgentClient, question: string, limits = { idleMs: 5_000, totalMs: 30_000 }) {
  let text = ''
  try {
    for await (const piece of withTimeout(textOf(client.stream(question)), limits)) text += piece
    return { text, late: undefined }
  } catch (error) {
    // The run was cancelled on the server, too; what had come is still good.
    if (error instanceof StreamTimeoutError) return { text, late: error.phase }
    throw error
  }
}
