import type { AgentEvent } from '@agentstream/client/wire'
import { interruptible, linkedAbort } from '../../abort.ts'
import { WorkflowError } from '../../errors.ts'
import type { RunContext, Task } from '../agent.ts'
import type { Mailbox } from './mailbox.ts'
import { findAgent, findTool, type Plan, type PlannedStep } from './plan.ts'
import { type RunCounts, relayAgent } from './relay.ts'
import { eventSaid } from './said.ts'
import type { StepRun, WorkflowContext } from './step.ts'
import { callToolOfStep } from './tool-call.ts'

/** One try at one step: its handler runs, what it says goes into the mailbox, what it returns comes back. */

/** What all steps of one run have in common. */
export interface WorkflowRun {
  readonly plan: Plan
  readonly task: Task
  readonly context: WorkflowContext
  readonly runContext: RunContext
  readonly counts: RunCounts
  readonly events: Pick<Mailbox<AgentEvent>, 'put' | 'send'>
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Aborted when the run is over for any reason. */
  readonly signal: AbortSignal
}

const mostUnread = 10_000

/** Throws what the handler threw, WorkflowError when its time is up, and the signal's reason at once when the run aborts. */
export async function runAttempt(step: PlannedStep, attempt: number, run: WorkflowRun): Promise<unknown> {
  const work = linkedAbort(run.signal)
  const waits = interruptible(work.signal)
  const { timeoutMs } = step.options
  try {
    run.signal.throwIfAborted()
    if (timeoutMs !== undefined) {
      const late = new WorkflowError('timed_out', `Step "${step.name}" did not finish within ${timeoutMs} ms`, { step: step.name, retryable: true })
      run.sleep(timeoutMs, work.signal).then(
        () => work.abort(late),
        () => {}, // The attempt was over first, as it should be.
      )
    }
    return await waits.wait(carryOut(step, stepRun(step, { attempt, run, signal: work.signal }), run))
  } finally {
    waits.release()
    work.release()
    // Whatever the handler left running hears that nobody waits any more, and what it still says is dropped.
    work.abort()
  }
}

async function carryOut(step: PlannedStep, given: StepRun, run: WorkflowRun): Promise<unknown> {
  const value = await step.handler(given, run.context)
  if (!isAsyncIterable(value)) return value
  const { signal } = given
  const pieces = value[Symbol.asyncIterator]()
  // Not awaited: a generator that is busy answers only when it is done, and nobody listens any more.
  signal.addEventListener('abort', () => void unwatched(async () => pieces.return?.()), { once: true })
  const texts: string[] = []
  for (;;) {
    const next: IteratorResult<unknown, unknown> = await pieces.next()
    signal.throwIfAborted()
    if (next.done) return next.value ?? texts.join('')
    if (typeof next.value !== 'string') throw new WorkflowError('not_text', `Step "${step.name}" yielded something that is no text`, { step: step.name })
    texts.push(next.value)
    if (next.value !== '') await run.events.send({ type: 'token', content: next.value, step_name: step.name })
  }
}

function stepRun(step: PlannedStep, { attempt, run, signal }: { attempt: number; run: WorkflowRun; signal: AbortSignal }): StepRun {
  const { name, options } = step
  const { task, plan, counts, runContext } = run
  const { action, metadata = {} } = options
  const context = { ...runContext, signal }
  const send = async (event: AgentEvent): Promise<void> => {
    signal.throwIfAborted()
    await run.events.send(event)
  }
  let unread = 0
  return {
    name,
    action: typeof action === 'function' ? action(run.context) : action,
    metadata,
    attempt,
    params: paramsOf(run.context, name),
    task,
    runId: runContext.runId,
    signal,
    emit(said) {
      if (signal.aborted) return
      if (++unread > mostUnread)
        throw new WorkflowError('too_many_events', `Step "${name}" sent more than ${mostUnread} events that nobody read yet`, { step: name })
      run.events.put(eventSaid(said, name), () => unread--)
    },
    runAgent: (agent, asked) =>
      unwatched(async () => {
        const asTask = typeof asked === 'string' ? { description: asked } : asked
        return relayAgent({ step: name, agent: findAgent(agent, plan.agents, name), task: asTask, context, counts, send })
      }),
    callTool: (tool, input) =>
      unwatched(async () => callToolOfStep({ step: name, tool: findTool(tool, plan.toolbox, name), input, callId: counts.claimId(undefined), context, send })),
  }
}

/** A handler may leave its work behind; that it fails then, as when it is aborted, must not bring the process down. */
function unwatched<T>(work: () => Promise<T>): Promise<T> {
  const promise = work()
  promise.catch(() => {})
  return promise
}

function paramsOf(context: WorkflowContext, name: string): Readonly<Record<string, unknown>> {
  const key = `${name}_params`
  const params = Object.hasOwn(context, key) ? context[key] : undefined
  return typeof params === 'object' && params !== null ? { ...params } : {}
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
