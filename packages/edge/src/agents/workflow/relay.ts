import { type AgentEvent, effectiveLoopScope } from '@agentstream/client/wire'
import { WorkflowError } from '../../errors.ts'
import { type ClaimCallId, createCallIds } from '../../loop/tool-call-assembly.ts'
import type { Agent, RunContext, Task } from '../agent.ts'

/** An agent's events as those of a step: its beginning and end are the step's, and what it counts is counted for the whole run. */

/** What is counted once per workflow run, whichever agents it has. */
export interface RunCounts {
  readonly claimId: ClaimCallId
  nextIteration(): number
}

export function createRunCounts(): RunCounts {
  const claimId = createCallIds()
  let iteration = 0
  return { claimId, nextIteration: () => ++iteration }
}

export interface RelayOptions {
  readonly step: string
  readonly agent: Agent
  readonly task: Task
  readonly context: RunContext
  readonly counts: RunCounts
  send(event: AgentEvent): Promise<void>
}

/** Answers the agent's output. Throws WorkflowError when the agent fails, is cancelled, or ends without a result. */
export async function relayAgent({ step, agent, task, context, counts, send }: RelayOptions): Promise<unknown> {
  const { signal } = context
  const localize = localizer(step, counts)
  const failed = (why: string, retryable = false) => new WorkflowError('agent_failed', why, { step, retryable })
  let output: { readonly value: unknown } | undefined
  for await (const event of agent.run(task, context)) {
    signal.throwIfAborted()
    if (effectiveLoopScope(event).kind === 'dawp') await send(localize(event))
    else if (event.type === 'error') throw failed(event.error, event.retryable === true)
    else if (event.type === 'cancelled') throw failed(`The agent "${agent.name}" was cancelled`)
    else if (event.type === 'result') {
      if (event.success === false) throw failed(failureOf(event, agent))
      output = { value: event.output }
    } else if (!isFrame(event)) await send(localize(event))
  }
  signal.throwIfAborted()
  if (!output) throw failed(`The agent "${agent.name}" ended without a result`)
  return output.value
}

function failureOf(result: { readonly reason?: unknown; readonly error?: unknown }, agent: Agent): string {
  const why = typeof result.error === 'string' ? result.error : result.reason
  return typeof why === 'string' ? why : `The agent "${agent.name}" did not succeed`
}

/** What frames an agent's run; the workflow has its own. */
function isFrame(event: AgentEvent): boolean {
  if (event.type === 'custom') return event.name === 'workflow_progress'
  return event.type === 'started' || event.type === 'status' || event.type === 'completed'
}

/**
 * Gives calls of tools ids, and iterations numbers, that no other agent of the run has: two agents at once may both have a
 * call 1, and an iteration that is counted again means, to a client, that the one before is void.
 */
function localizer(step: string, counts: RunCounts): (event: AgentEvent) => AgentEvent {
  const ids = new Map<string, string>()
  const iterations = new Map<number, number>()
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? counts.claimId(id)
    ids.set(id, known)
    return known
  }
  const callOf = <C extends { readonly id?: string | null | undefined }>(call: C): C => (call.id == null ? call : { ...call, id: idOf(call.id) })

  const numbered = (told: AgentEvent): AgentEvent => {
    // Rounds inside a DAWP step are counted by that step.
    if (effectiveLoopScope(told).kind === 'dawp') return told
    if (told.type === 'iteration_start') {
      const iteration = counts.nextIteration()
      iterations.set(told.iteration, iteration)
      // The agent's own limit says nothing about the numbers of the run.
      const { max_iterations: _, remaining: __, ...rest } = told
      return { ...rest, iteration }
    }
    const speaksOfOne = told.type === 'thought' || told.type === 'action' || told.type === 'observation'
    return speaksOfOne && told.iteration != null ? { ...told, iteration: iterations.get(told.iteration) ?? told.iteration } : told
  }
  const identified = (told: AgentEvent): AgentEvent => {
    if (told.type === 'tool_call_delta') return { ...told, tool_call: callOf(told.tool_call) }
    if (told.type === 'tool_calls_ready') return { ...told, tool_calls: told.tool_calls.map(callOf) }
    return 'tool_call_id' in told && typeof told.tool_call_id === 'string' ? { ...told, tool_call_id: idOf(told.tool_call_id) } : told
  }
  return (event) => {
    // A workflow inside a workflow: its steps are named below this one.
    const inner = event['step_name']
    return identified(numbered({ ...event, step_name: typeof inner === 'string' ? `${step}/${inner}` : step }))
  }
}
