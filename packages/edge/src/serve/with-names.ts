import type { AgentEvent } from '@agentstream/client/wire'
import type { Agent } from '../agents/agent.ts'

/** What a client calls the conversation, and the message that the run is. */
interface Names {
  readonly thread_id?: string
  readonly message_id?: string
}

/**
 * An agent whose run says in its first event how its client calls it: whoever follows the run later is told the same, from the
 * journal alone.
 */
export function withNames(agent: Agent, names: Names): Agent {
  const { name, info, isResumable = false } = agent
  return { name, info, isResumable, run: (task, context) => named(agent.run(task, context), names) }
}

async function* named(events: AsyncIterable<AgentEvent>, names: Names): AsyncGenerator<AgentEvent, void, undefined> {
  let isFirst = true
  for await (const event of events) {
    if (!isFirst) yield event
    else if (event.type === 'started') yield { ...event, ...names }
    else {
      yield { type: 'started', ...names }
      yield event
    }
    isFirst = false
  }
}
