/** What happens on the wire, while it happens. */
import { type AgentRun, type RunMetrics, type RunState, selectMetrics } from '@agentstream/client'
import { useRun } from '@agentstream/react'
import { useSyncExternalStore } from 'react'
import type { OpenLine } from '../model/demo-client.ts'
import { formatDuration, formatRate, formatTimes } from '../model/format.ts'
import { nameOf } from '../model/line.ts'
import { BreakPanel } from './break-panel.tsx'
import { EventLog } from './event-log.tsx'
import type { LineLog } from './line-log.ts'
import { RatePlot } from './rate-plot.tsx'
import type { RunMonitor } from './run-monitor.ts'

export interface InspectorProps {
  readonly run: AgentRun | undefined
  readonly monitor: RunMonitor
  readonly log: LineLog
  /** What the run travels on. */
  readonly line: OpenLine
}

export function Inspector({ run, monitor, log, line }: InspectorProps) {
  const { rows, dropped, rates } = useSyncExternalStore(monitor.subscribe, monitor.getSnapshot)
  const state = useRun(run)
  return (
    <div className="inspector">
      <section aria-labelledby="inspector-run">
        <h3 id="inspector-run">Run</h3>
        <Metrics state={state} />
        <RatePlot rates={rates} />
        <Facts state={state} line={line} />
      </section>
      <BreakPanel run={run} log={log} line={line} />
      <section aria-labelledby="inspector-events" className="inspector-events">
        <h3 id="inspector-events">
          Events <span className="muted">{state.counts.events.toLocaleString('en')}</span>
        </h3>
        <EventLog rows={rows} dropped={dropped} />
      </section>
    </div>
  )
}

function Metrics({ state }: { state: RunState }) {
  const metrics = selectMetrics(state, performance.timeOrigin + performance.now())
  const begun = state.timing.startedAt !== undefined
  const figures: readonly (readonly [string, string])[] = [
    ['first token', metrics.timeToFirstTokenMs === undefined ? '–' : formatDuration(metrics.timeToFirstTokenMs)],
    ['tokens', metrics.tokens.toLocaleString('en')],
    ['per second', isRateMeaningful(metrics) ? formatRate(metrics.tokensPerSecond) : '–'],
    ['duration', begun ? formatDuration(metrics.durationMs) : '–'],
  ]
  return (
    <dl className="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** Two tokens in one packet are no rate. */
function isRateMeaningful({ durationMs, timeToFirstTokenMs }: RunMetrics): boolean {
  return timeToFirstTokenMs !== undefined && durationMs - timeToFirstTokenMs >= 250
}

function Facts({ state, line }: { state: RunState; line: OpenLine }) {
  const { connection } = state
  const facts: readonly (readonly [string, string])[] = [
    ['speaks', nameOf(line)],
    ['status', state.status],
    ['connection', connection.losses > 0 ? `${connection.phase}, lost ${formatTimes(connection.losses)}` : connection.phase],
    ['integrity', state.integrity],
    ['cursor', connection.cursor ?? '–'],
    ['run', state.id === '' ? '–' : state.id],
  ]
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
