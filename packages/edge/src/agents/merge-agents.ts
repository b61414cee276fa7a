import { type AgentEvent, isAgentStreamError } from '@agentstream/client/wire'
import { interruptible, linkedAbort } from '../abort.ts'
import { merge } from '../loop/merge.ts'
import type { Agent, RunContext, Task } from './agent.ts'

/** Several agents at work on one task at once: the task goes in, their events come out as they happen, each under its agent's name. */

export interface MergeAgentsOptions {
  /** By the name their events get; one agent may stand under several. */
  readonly agents: Readonly<Record<string, Agent>>
  readonly task: Task
  /** Of all of them. A conversation in it is left out: they would write over each other. */
  readonly context: RunContext
  /** Gets what an agent throws; others are only told that it failed. */
  readonly onError?: (error: unknown) => void
}

/** An event, and whose it is. */
export interface NamedEvent {
  readonly agent: string
  readonly event: AgentEvent
}

/**
 * Runs agents side by side. None is read ahead of the others: each has at most one event waiting. One that fails says so in an
 * `error` event under its name, and the others go on. Ends when all have ended, and at once when the signal aborts; leaving
 * early stops them all.
 */
export async function* mergeAgents(options: MergeAgentsOptions): AsyncGenerator<NamedEvent, void, undefined> {
  const { session: _, ...context } = options.context
  const work = linkedAbort(context.signal)
  const run = { ...options, context: { ...context, signal: work.signal } }
  try {
    yield* merge(Object.entries(options.agents).map(([name, agent]) => named(name, agent, run)))
  } finally {
    work.abort()
    work.release()
  }
}

async function* named(name: string, agent: Agent, { task, context, onError }: MergeAgentsOptions): AsyncGenerator<NamedEvent, void, undefined> {
  const waits = interruptible(context.signal)
  let events: AsyncIterator<AgentEvent> | undefined
  try {
    events = agent.run(task, context)[Symbol.asyncIterator]()
    for (;;) {
      const step = await waits.wait(events.next())
      if (step.done) return
      yield { agent: name, event: step.value }
    }
  } catch (error) {
    // An agent that throws because it was stopped did as it was told.
    if (context.signal.aborted) return
    onError?.(error)
    yield { agent: name, event: failure(error) }
  } finally {
    waits.release()
    // Not awaited: an agent that is still busy has heard the signal, or never will.
    void events?.return?.().catch(() => {})
  }
}

function failure(error: unknown): AgentEvent {
  const { code, retryable } = isAgentStreamError(error) ? error : { code: 'agent', retryable: false }
  return { type: 'error', error: 'The agent failed', code, retryable }
}
