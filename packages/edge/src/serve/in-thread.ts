import type { AgentEvent } from '@agentstream/client/wire'
import type { Agent } from '../agents/agent.ts'

/**
 * An agent whose run says in its first event which conversation it is part of, under the name that the client gave it: whoever
 * follows the run later is told the same, from the journal alone.
 */
export function inThread(agent: Agent, threadId: string): Agent {
  return { name: agent.name, info: agent.info, run: (task, context) => named(agent.run(task, context), threadId) }
}

async function* named(events: AsyncIterable<AgentEvent>, threadId: string): AsyncGenerator<AgentEvent, void, undefined> {
  let isFirst = true
  for await (const event of events) {
    if (!isFirst) yield event
    else if (event.type === 'started') yield { ...event, thread_id: threadId }
    else {
      yield { type: 'started', thread_id: threadId }
      yield event
    }
    isFirst = false
  }
}
