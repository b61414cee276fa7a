import type { RunOutcome } from '@agentstream/client/wire'
import type { FollowResult, RunService, StartResult } from './run-service.ts'

/** What a server tells about its work as it happens. Names runs and agents, and never what was said or who said it. */
export type HandlerMetric =
  | { readonly type: 'run_started'; readonly runId: string; readonly agent: string }
  /** From the start to the first event of the agent. */
  | { readonly type: 'first_event'; readonly runId: string; readonly agent: string; readonly ms: number }
  /** Tokens are those of all model calls, where the provider tells them. */
  | {
      readonly type: 'run_ended'
      readonly runId: string
      readonly agent: string
      readonly outcome: RunOutcome
      readonly ms: number
      readonly events: number
      readonly inputTokens?: number
      readonly outputTokens?: number
    }
  /** From the request until the run was over. */
  | { readonly type: 'cancel'; readonly runId: string; readonly outcome: Awaited<ReturnType<RunService['cancel']>>['outcome']; readonly ms: number }
  | { readonly type: 'viewer_joined'; readonly runId: string }
  /** After it has watched for so long. */
  | { readonly type: 'viewer_left'; readonly runId: string; readonly ms: number }
  /** A run that was not started, or not shown, because there is too much already. */
  | { readonly type: 'refused'; readonly runId: string; readonly reason: RefusedFor }

export type RefusedFor = Exclude<(StartResult | FollowResult)['outcome'], 'started' | 'followed' | 'unknown_run' | `cursor_${string}`>
