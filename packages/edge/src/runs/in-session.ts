import { type AgentEvent, AgentStreamError, effectiveLoopScope, watchEnding } from '@agentstream/client/wire'
import type { Agent, RunContext, Task } from '../agents/agent.ts'
import type { Message, SessionStore } from './session-store.ts'

export interface ConversationOptions {
  readonly store: SessionStore
  readonly key: string
  /** Gets what the store throws when it cannot remember; the run has ended well all the same. */
  readonly onError: (error: unknown) => void
}

/**
 * An agent that takes part in a conversation: it is told what was said before, and a run that completes is remembered before
 * its end is seen, so that whoever sees it may go on talking. A run that fails, is cancelled or is cut leaves no trace:
 * sending the same message again does not double it.
 */
export function inSession(agent: Agent, options: ConversationOptions): Agent {
  return { name: agent.name, info: agent.info, run: (task, context) => converse(agent, { ...options, task, context }) }
}

interface ConverseOptions extends ConversationOptions {
  readonly task: Task
  readonly context: RunContext
}

async function* converse(agent: Agent, { store, key, onError, task, context }: ConverseOptions): AsyncGenerator<AgentEvent, void, undefined> {
  const history = await read(store, key)
  const watch = watchEnding()
  let turn: readonly Message[] | undefined
  let output: unknown
  const remember = (messages: readonly Message[]): void => {
    turn = messages
  }
  const keep = async (): Promise<void> => {
    if (watch.outcome({ isAgentDone: true }) !== 'completed' || context.signal.aborted) return
    try {
      await store.append(key, withPrompts(turn ?? plainTurn(task, output)), context.runId)
    } catch (error) {
      onError(error)
    }
  }
  for await (const event of agent.run(task, { ...context, session: { history, remember } })) {
    watch.see(event)
    if (event.type === 'result' && effectiveLoopScope(event).kind === 'main') output = event.output
    if (watch.isOver()) await keep()
    yield event
    if (watch.isOver()) return
  }
  await keep()
}

async function read(store: SessionStore, key: string): Promise<readonly Message[]> {
  try {
    return await store.read(key)
  } catch (cause) {
    // Without its history the agent would answer as if nothing had been said.
    throw new AgentStreamError('agent', 'What was said before could not be read', { cause, retryable: true })
  }
}

/** A turn begins with what the person said. Whatever else speaks as the person in it is the engine, and nobody else's to read. */
function withPrompts(turn: readonly Message[]): readonly Message[] {
  const asked = turn.findIndex(({ role }) => role === 'user')
  return turn.map((message, at) => (message.role === 'user' && at !== asked ? { ...message, isPrompt: true } : message))
}

/** For agents that do not say what is to be remembered: the task, and the result where it can be told again. */
function plainTurn(task: Task, output: unknown): readonly Message[] {
  if (output == null) return []
  const text = typeof output === 'string' ? output : JSON.stringify(output)
  return [
    { role: 'user', text: task.description },
    { role: 'assistant', text, toolCalls: [] },
  ]
}
