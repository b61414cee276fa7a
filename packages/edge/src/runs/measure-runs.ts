/** A run service that tells what it does: the same requests go in, the same answers come out, and metrics beside them. */
import type { AgentEvent } from '@agentstream/client/wire'
import type { Agent } from '../agents/agent.ts'
import type { LiveEnding, RunView } from './live-run.ts'
import type { HandlerMetric } from './metric.ts'
import type { FollowResult, RunService, StartRequest, StartResult } from './run-service.ts'

export interface MeasureOptions {
  /** Must not throw. */
  readonly onMetric: (metric: HandlerMetric) => void
  /** How the run is called that is kept under a key. */
  readonly runIdOf: (key: string) => string
  /** Milliseconds on any clock that does not jump back. */
  readonly now?: (() => number) | undefined
}

export function measureRuns(service: RunService, { onMetric, runIdOf, now = () => performance.now() }: MeasureOptions): RunService {
  const watched = (runId: string, view: RunView): RunView => {
    const since = now()
    let isOpen = true
    onMetric({ type: 'viewer_joined', runId })
    return {
      ...view,
      close(how) {
        view.close(how)
        if (isOpen) onMetric({ type: 'viewer_left', runId, ms: now() - since })
        isOpen = false
      },
    }
  }
  const measured = <Result extends StartResult | FollowResult>(runId: string, result: Result): Result => {
    if ('view' in result) return { ...result, view: watched(runId, result.view) }
    const { outcome } = result
    if (outcome === 'unknown_run' || outcome === 'cursor_invalid' || outcome === 'cursor_gone' || outcome === 'cursor_ahead') return result
    onMetric({ type: 'refused', runId, reason: outcome })
    return result
  }
  return {
    ...service,
    async start(request) {
      const count = createCount(request, { onMetric, now })
      const result = await service.start({ ...request, agent: counted(request.agent, count) })
      if (result.outcome === 'started') result.ending.then(count.end, () => {})
      return measured(request.runId, result)
    },
    follow: async (key, after) => measured(runIdOf(key), await service.follow(key, after)),
    async cancel(...asked) {
      const since = now()
      const receipt = await service.cancel(...asked)
      onMetric({ type: 'cancel', runId: runIdOf(asked[0]), outcome: receipt.outcome, ms: now() - since })
      return receipt
    },
  }
}

interface Count {
  readonly begin: () => void
  readonly see: (event: AgentEvent) => void
  readonly end: (ending: LiveEnding | undefined) => void
}

function createCount({ runId, agent }: StartRequest, { onMetric, now }: Required<Pick<MeasureOptions, 'onMetric'>> & { now: () => number }): Count {
  const about = { runId, agent: agent.name }
  const since = now()
  let events = 0
  const tokens: { inputTokens?: number; outputTokens?: number } = {}
  return {
    begin: () => onMetric({ type: 'run_started', ...about }),
    see(event) {
      if (++events === 1) onMetric({ type: 'first_event', ...about, ms: now() - since })
      if (event.type !== 'usage') return
      const { input_tokens: input, output_tokens: output } = event
      if (input != null) tokens.inputTokens = (tokens.inputTokens ?? 0) + input
      if (output != null) tokens.outputTokens = (tokens.outputTokens ?? 0) + output
    },
    end(ending) {
      // Without an ending of its own, or with one elsewhere, it is not over.
      if (ending && !ending.moved) onMetric({ type: 'run_ended', ...about, outcome: ending.outcome, ms: now() - since, events, ...tokens })
    },
  }
}

function counted(agent: Agent, count: Count): Agent {
  return {
    ...agent,
    async *run(task, context) {
      count.begin()
      for await (const event of agent.run(task, context)) {
        count.see(event)
        yield event
      }
    },
  }
}
