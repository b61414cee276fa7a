import type { AgentEvent } from '@agentstream/client/wire'
import type { Agent, RunContext } from '../src/agents/agent.ts'
import type { JournalEntry } from '../src/runs/journal.ts'
import type { RunView } from '../src/runs/live-run.ts'

export const token = (content: string): AgentEvent => ({ type: 'token', content })

/** An agent driven by the test: every run of it says what it is told to, from the first word, and ends when told. */
export function puppet({ isResumable = false } = {}) {
  const queue: (AgentEvent | undefined)[] = []
  const contexts: RunContext[] = []
  const waiting: (() => void)[] = []
  const agent: Agent = {
    name: 'puppet',
    info: { name: 'puppet', tools: [], supportsStreaming: true },
    isResumable,
    async *run(_, context) {
      contexts.push(context)
      for (let at = 0; ; at++) {
        while (queue.length <= at) await new Promise<void>((resolve) => waiting.push(resolve))
        const event = queue[at]
        if (!event) return
        yield event
      }
    },
  }
  const say = (...events: (AgentEvent | undefined)[]): void => {
    queue.push(...events)
    for (const wake of waiting.splice(0)) wake()
  }
  return { agent, contexts, say }
}

/** A view's words, and the types of what is none; `onFirst` hears when there is something. */
export async function contents(view: RunView, onFirst: (entry: JournalEntry) => void = () => {}): Promise<string[]> {
  const entries: JournalEntry[] = []
  for await (const batch of view.entries()) {
    if (entries.length === 0 && batch[0]) onFirst(batch[0])
    entries.push(...batch)
  }
  return entries.map(({ event }) => (event.type === 'token' ? event.content : event.type))
}
