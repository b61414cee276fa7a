import type { AgentEvent } from '@agentstream/client/wire'
import type { LoopOptions, LoopStop } from '../loop/loop.ts'
import { type PendingRun, type RunSettings, runDawp } from './dawp-run.ts'

/** Which runs wait, which may, and when they are carried out. One schedule per task; runs never overlap. */

/** Which runs of a task may be queued at all. */
export interface EnqueueGuard {
  /** Ids of workflows, or all. Default all. */
  readonly allowedWorkflows?: '*' | readonly string[]
  readonly maxRunsPerTask?: number
  /** Turns the task must have left. Not asked before the loop, when nothing has been spent. */
  readonly requireRemainingBudget?: number
}

export interface GuardedState {
  readonly workflowId: string
  readonly finished: number
  readonly pending: number
  /** Undefined before the loop. */
  readonly remaining: number | undefined
}

/** Why a run may not be queued; undefined when it may. */
export function refusalOf(guard: EnqueueGuard, { workflowId, finished, pending, remaining }: GuardedState): string | undefined {
  const { allowedWorkflows = '*', maxRunsPerTask, requireRemainingBudget } = guard
  if (Array.isArray(allowedWorkflows) && !allowedWorkflows.includes(workflowId)) return `The workflow "${workflowId}" may not be run here`
  if (maxRunsPerTask !== undefined && finished + pending >= maxRunsPerTask) return `A task may have ${maxRunsPerTask} workflow runs, and no more`
  if (requireRemainingBudget !== undefined && remaining !== undefined && remaining < requireRemainingBudget)
    return `A workflow run needs ${requireRemainingBudget} turns left, and there are ${remaining}`
  return undefined
}

export interface ScheduleOptions extends RunSettings {
  readonly guard: EnqueueGuard
  /** Sends a `dawp_result` after each run. */
  readonly structuredResult: boolean
}

/** What draining did to the main loop. */
export interface Drained {
  readonly wasSeen: boolean
  readonly stop?: LoopStop
}

export interface Schedule {
  readonly isRunning: boolean
  readonly pending: number
  /** Queues a run, unless the guard says no: then why. */
  enqueue(run: PendingRun, remaining: number | undefined): string | undefined
  /** Carries out what waits, first come first served, as long as there is budget. */
  drain(loop: LoopOptions): AsyncGenerator<AgentEvent, Drained, undefined>
}

export function createSchedule(options: ScheduleOptions): Schedule {
  const queue: PendingRun[] = []
  let finished = 0
  let isRunning = false

  async function* carryOut(run: PendingRun, loop: LoopOptions): AsyncGenerator<AgentEvent, Drained, undefined> {
    isRunning = true
    try {
      const { success, wasSeen, report } = yield* runDawp(run, loop, options)
      finished++
      if (options.structuredResult) {
        const event: AgentEvent = { type: 'dawp_result', success, dawp_result: report }
        // Upstream forgets the time.
        yield options.compatible ? event : loop.emit(event)
      }
      if (success || !run.abortMain) return { wasSeen }
      return { wasSeen, stop: { reason: 'dawp_abort_main', text: `The workflow "${run.workflow.id}" failed, and the task ended with it.` } }
    } finally {
      isRunning = false
    }
  }

  return {
    get isRunning() {
      return isRunning
    },
    get pending() {
      return queue.length
    },
    enqueue(run, remaining) {
      const refusal = refusalOf(options.guard, { workflowId: run.workflow.id, finished, pending: queue.length, remaining })
      if (refusal === undefined) queue.push(run)
      return refusal
    },
    async *drain(loop) {
      let wasSeen = false
      while (loop.budget.remaining > 0) {
        const run = queue.shift()
        if (!run) break
        const drained = yield* carryOut(run, loop)
        wasSeen ||= drained.wasSeen
        if (drained.stop) return { wasSeen, stop: drained.stop }
      }
      return { wasSeen }
    },
  }
}
