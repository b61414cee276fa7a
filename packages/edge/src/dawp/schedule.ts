import type { AgentEvent } from '@agentstream/client/wire'
import type { LoopOptions, LoopStop } from '../loop/loop.ts'
import { carryOutDawpRun, type DawpRunSettings, type PendingDawpRun } from './dawp-run.ts'

/** Which runs wait, which may, and when they are carried out. One schedule per task; runs never overlap. */

/** Which runs of a task may be queued at all. */
export interface EnqueueGuard {
  /** Ids of workflows, or all. Default all. */
  readonly allowedWorkflows?: '*' | readonly string[]
  readonly maxDawpRunsPerTask?: number
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
  const { allowedWorkflows = '*', maxDawpRunsPerTask, requireRemainingBudget } = guard
  if (Array.isArray(allowedWorkflows) && !allowedWorkflows.includes(workflowId)) return `The workflow "${workflowId}" may not be run here`
  if (maxDawpRunsPerTask !== undefined && finished + pending >= maxDawpRunsPerTask) return `A task may have ${maxDawpRunsPerTask} workflow runs, and no more`
  if (requireRemainingBudget !== undefined && remaining !== undefined && remaining < requireRemainingBudget)
    return `A workflow run needs ${requireRemainingBudget} turns left, and there are ${remaining}`
  return undefined
}

export interface ScheduleOptions extends DawpRunSettings {
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
  hasOpenDawpRun(): boolean
  pending(): number
  /** Queues a run, unless the guard says no: then why. */
  enqueue(dawpRun: PendingDawpRun, remaining: number | undefined): string | undefined
  /** Carries out what waits, first come first served, as long as there is budget. */
  drain(loop: LoopOptions): AsyncGenerator<AgentEvent, Drained, undefined>
}

export function createSchedule(options: ScheduleOptions): Schedule {
  const queue: PendingDawpRun[] = []
  let finished = 0
  let hasOpenDawpRun = false

  async function* carryOut(dawpRun: PendingDawpRun, loop: LoopOptions): AsyncGenerator<AgentEvent, Drained, undefined> {
    hasOpenDawpRun = true
    try {
      const { success, wasSeen, report } = yield* carryOutDawpRun(dawpRun, { ...options, loop })
      finished++
      if (options.structuredResult) {
        const event: AgentEvent = { type: 'dawp_result', success, dawp_result: report }
        // Upstream forgets the time.
        yield options.compatible ? event : loop.emit(event)
      }
      if (success || !dawpRun.abortMain) return { wasSeen }
      return { wasSeen, stop: { reason: 'dawp_abort_main', text: `The workflow "${dawpRun.workflow.id}" failed, and the task ended with it.` } }
    } finally {
      hasOpenDawpRun = false
    }
  }

  return {
    hasOpenDawpRun: () => hasOpenDawpRun,
    pending: () => queue.length,
    enqueue(dawpRun, remaining) {
      const refusal = refusalOf(options.guard, { workflowId: dawpRun.workflow.id, finished, pending: queue.length, remaining })
      if (refusal === undefined) queue.push(dawpRun)
      return refusal
    },
    async *drain(loop) {
      let wasSeen = false
      while (loop.budget.remaining > 0) {
        const dawpRun = queue.shift()
        if (!dawpRun) break
        const drained = yield* carryOut(dawpRun, loop)
        wasSeen ||= drained.wasSeen
        if (drained.stop) return { wasSeen, stop: drained.stop }
      }
      return { wasSeen }
    },
  }
}
