import { type AgentEvent, type RunOutcome, watchEnding } from '@agentstream/client/wire'
import type { Agent } from '../agents/agent.ts'
import { pastOf } from './elsewhere.ts'
import type { Journal } from './journal.ts'
import { parseRequest, type RunRequest } from './run-request.ts'

export interface TakeUpOptions {
  readonly journal: Journal
  readonly key: string
  /** What the run was opened with. */
  readonly request: string | undefined
  readonly findAgent: ((name: string) => Agent | undefined) | undefined
}

export type TakeUpPlan =
  | { readonly request: RunRequest; readonly agent: Agent }
  /** It cannot go on, or there was nothing left to do but to say how it ended. */
  | { readonly outcome: RunOutcome }

/** What is to become of a run that lost its process, by what it has said and by what its agent can do. */
export async function planTakeUp({ journal, key, request: text, findAgent }: TakeUpOptions): Promise<TakeUpPlan> {
  const { cursor } = await journal.status(key)
  const past = (await pastOf({ journal, key }, cursor)).map(({ event }) => event)
  const watch = watchEnding()
  for (const event of past) watch.see(event)
  if (watch.isOver()) return { outcome: watch.outcome({}) }
  const request = parseRequest(text)
  const agent = request && findAgent?.(request.agentName)
  return request && agent?.isResumable ? { request, agent: resumed(agent, past) } : { outcome: 'truncated' }
}

function resumed(agent: Agent, past: readonly AgentEvent[]): Agent {
  return { name: agent.name, info: agent.info, run: (task, context) => agent.run(task, { ...context, past }) }
}
