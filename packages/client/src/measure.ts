/** What a client tells of its runs as they happen. Names runs, and never what was said. */
import type { AgentStreamError, AgentStreamErrorCode } from './errors.ts'
import type { RunExchange } from './exchange.ts'
import type { CancelReceipt } from './run/agent-run.ts'
import type { OpenStreamOptions } from './run/open-stream.ts'
import type { StreamEnding } from './run/receive.ts'

type Told =
  | { readonly type: 'run_started' }
  /** From the start to the first event. */
  | { readonly type: 'first_event'; readonly ms: number }
  /** A connection failed, for this reason, and another one is tried: the how manieth since something new arrived. */
  | { readonly type: 'reconnect'; readonly attempt: number; readonly reason: AgentStreamErrorCode }
  /** Events were missing or changed; what comes before the reconnect that asks for them again. */
  | { readonly type: 'gap' }
  /** Something between the server and here held events back: those that came together had happened so far apart. */
  | { readonly type: 'buffered'; readonly ms: number }
  | {
      readonly type: 'run_ended'
      readonly outcome: StreamEnding['outcome']
      readonly integrity: StreamEnding['integrity']
      readonly ms: number
      readonly events: number
    }
  /** From asking to the receipt. */
  | { readonly type: 'cancel'; readonly outcome: CancelReceipt['outcome']; readonly ms: number }

/** One thing that happened to one run. Durations are milliseconds on a clock that never jumps. */
export type ClientMetric = Told & { readonly runId: string }

/** For measuring and reporting. Called while events are read; without them nothing is measured. */
export interface ClientHooks {
  /** Is told what happens to runs: how long, how often reconnected, how they ended. What it throws changes nothing. */
  readonly onMetric?: (metric: ClientMetric) => void
  /** Gets what broke a stream for good. What it throws changes nothing. */
  readonly onError?: (error: AgentStreamError, runId: string) => void
}

/** A run that can be read and stopped. */
export interface Run extends Pick<RunExchange, 'cancel' | 'respond'> {
  open(options: Pick<OpenStreamOptions, 'signal' | 'onEvent' | 'onConnection' | 'onLost' | 'afterChunk'>): Promise<StreamEnding>
}

/** The same run, listened in on. */
export function metered(runId: string, run: Run, { onMetric, onError, now }: ClientHooks & { readonly now: () => number }): Run {
  const quietly = (tell: () => void): void => {
    try {
      tell()
    } catch {
      // A hook that fails is the application's affair, and no part of the run.
    }
  }
  const tell = (told: Told): void => quietly(() => onMetric?.({ ...told, runId }))
  return {
    ...run,
    async open(options) {
      const since = now()
      let events = 0
      let isTold = false
      tell({ type: 'run_started' })
      const ending = await run.open({
        ...options,
        onEvent(event, at) {
          if (++events === 1) tell({ type: 'first_event', ms: now() - since })
          options.onEvent(event, at)
        },
        onLost(failure, attempt, isGap) {
          if (isGap) tell({ type: 'gap' })
          tell({ type: 'reconnect', attempt, reason: failure.code })
        },
        onConnection(phase, attempt, cursor, ms) {
          if (ms && !isTold) tell({ type: 'buffered', ms })
          isTold = ms !== undefined
          options.onConnection?.(phase, attempt, cursor, ms)
        },
      })
      const { error, ...how } = ending
      tell({ type: 'run_ended', ...how, ms: now() - since, events })
      if (error) quietly(() => onError?.(error, runId))
      return ending
    },
    async cancel(how) {
      const since = now()
      const receipt = await run.cancel(how)
      tell({ type: 'cancel', ...receipt, ms: now() - since })
      return receipt
    },
  }
}
