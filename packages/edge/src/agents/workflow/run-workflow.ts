import type { AgentEvent } from '@agentstream/client/wire'
import { interruptible, linkedAbort } from '../../abort.ts'
import { createEmit } from '../../loop/emit.ts'
import type { RunContext, Task } from '../agent.ts'
import type { WorkflowRun } from './attempt.ts'
import { createMailbox } from './mailbox.ts'
import type { Plan } from './plan.ts'
import { lastProgressEvent } from './progress.ts'
import { createRunCounts } from './relay.ts'
import type { StepEnd } from './run-step.ts'
import { createScheduler } from './scheduler.ts'
import type { WorkflowContext } from './step.ts'
import { resultOf, type StepRecord } from './step-record.ts'
import { type WorkflowResult, workflowResult } from './workflow-result.ts'

/**
 * One run of a workflow: a plan and a task go in, the events of its steps come out as they happen, and in the end how it
 * went. Everything of a run lives here, and nothing of it outlives the run.
 */

export interface WorkflowRunOptions {
  readonly task: Task
  readonly context: WorkflowContext
  readonly runContext: RunContext
  /** Steps at once. */
  readonly most: number
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

type Message = { readonly event: AgentEvent } | { readonly record: StepRecord; readonly how: StepEnd }

/** An abort is a result too: what runs is aborted, and the run ends at once. Throws only what is a defect. */
export async function* runWorkflow(plan: Plan, options: WorkflowRunOptions): AsyncGenerator<AgentEvent, WorkflowResult, undefined> {
  const { task, runContext, most, now, sleep } = options
  const { signal } = runContext
  const startedAt = now()
  const emit = createEmit({ now })
  const stamped = (event: AgentEvent): AgentEvent => (event.timestamp == null ? emit(event) : event)
  const context: WorkflowContext = plan.rules.context === 'same' ? options.context : { ...options.context }
  const work = linkedAbort(signal)
  const waits = interruptible(signal)
  const mailbox = createMailbox<Message>()
  const events: WorkflowRun['events'] = { put: (event, taken) => mailbox.put({ event }, taken), send: (event) => mailbox.send({ event }) }
  const run: WorkflowRun = { plan, task, context, runContext, counts: createRunCounts(), events, sleep, signal: work.signal }
  const scheduler = createScheduler({ run, most, now, onEnd: (record, how) => mailbox.put({ record, how }) })
  const ending = (): WorkflowResult => {
    for (const record of scheduler.running) record.status = 'cancelled'
    const steps = [...scheduler.records.values()].map(resultOf)
    return workflowResult({ workflow: plan.workflow, steps, isCancelled: signal.aborted, durationMs: now() - startedAt, context })
  }
  try {
    signal.throwIfAborted()
    scheduler.advance()
    while (mailbox.isWaiting() || scheduler.running.size > 0) {
      for (const message of await waits.wait(mailbox.take())) {
        signal.throwIfAborted()
        if ('event' in message) yield stamped(message.event)
        else {
          if (scheduler.end(message.record, message.how).failsRun) work.abort()
          scheduler.advance()
        }
      }
    }
    const result = ending()
    yield stamped(lastProgressEvent(result))
    return result
  } catch (error) {
    if (!signal.aborted) throw error
    return ending()
  } finally {
    work.abort()
    work.release()
    waits.release()
    mailbox.close()
  }
}
