import type { HandlerMetric } from '@agentstream/edge'
import { type Meter, metrics } from '@opentelemetry/api'

/** For `createAgentHandler({ onMetric: toOpenTelemetry() })`. */
export function toOpenTelemetry(meter: Meter = metrics.getMeter('agentstream')): (metric: HandlerMetric) => void {
  const duration = meter.createHistogram('agent.run.duration', { unit: 's' })
  const firstEvent = meter.createHistogram('agent.run.first_event', { unit: 's' })
  const tokens = meter.createCounter('agent.tokens')
  const viewers = meter.createUpDownCounter('agent.viewers')
  const cancelling = meter.createHistogram('agent.cancel.duration', { unit: 's' })
  const refused = meter.createCounter('agent.refused')
  return (metric) => {
    if (metric.type === 'first_event') firstEvent.record(metric.ms / 1000, { agent: metric.agent })
    if (metric.type === 'viewer_joined') viewers.add(1)
    if (metric.type === 'viewer_left') viewers.add(-1)
    if (metric.type === 'cancel') cancelling.record(metric.ms / 1000, { outcome: metric.outcome })
    if (metric.type === 'refused') refused.add(1, { reason: metric.reason })
    if (metric.type === 'run_ended') {
      const { agent, outcome, inputTokens = 0, outputTokens = 0 } = metric
      duration.record(metric.ms / 1000, { agent, outcome })
      tokens.add(inputTokens, { agent, kind: 'input' })
      tokens.add(outputTokens, { agent, kind: 'output' })
    }
  }
}
