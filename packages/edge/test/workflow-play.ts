import type { AgentEvent } from '@agentstream/client/wire'
import { expect, vi } from 'vitest'
import type { Agent, RunContext, Task } from '../src/agents/agent.ts'
import type { Workflow } from '../src/agents/workflow/workflow.ts'
import { createWorkflowAgent, type WorkflowAgentOptions } from '../src/agents/workflow-agent.ts'

// How tests of workflows run them, and tell what happened.

export const context = (more: Partial<RunContext> = {}): RunContext => ({ runId: 'r', signal: new AbortController().signal, ...more })
export const agentOf = (workflow: Workflow, more: Partial<WorkflowAgentOptions> = {}): Agent =>
  createWorkflowAgent({ name: 'w', workflow, now: () => 0, ...more })

export async function run(agent: Agent, task: Task = { description: 'Go' }, given = context()): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of agent.run(task, given)) events.push(event)
  return events
}
/** One line per event, without those that only say how far the run is. */
export const story = (events: readonly AgentEvent[]): string[] =>
  events
    .filter((event) => event.type !== 'custom' || event.name !== 'workflow_progress')
    .map((event) => [event.type, event['step_name'], event.type === 'token' ? event.content : event['success']].filter((part) => part !== undefined).join(' '))
export const reject = (message: string) => Promise.reject(new Error(message))
export const forEver = (): Promise<never> => new Promise(() => {})

/** Something to wait for. */
export function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

/** Waits that end when they are told to, by how long they are. */
export function waits() {
  const asked: { ms: number; end: () => void; signal: AbortSignal }[] = []
  const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((end, fail) => {
      signal.addEventListener('abort', () => fail(signal.reason), { once: true })
      asked.push({ ms, end, signal })
    })
  const over = async (): Promise<void> => {
    await vi.waitFor(() => expect(asked).not.toEqual([]))
    asked.shift()?.end()
  }
  return { asked, sleep, over }
}
