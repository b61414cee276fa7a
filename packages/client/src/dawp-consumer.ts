import { dawpRunId, idText } from './wire/events/scope.ts'
import type { AgentEvent } from './wire/events/vocabulary.ts'
import { isObject } from './wire/json.ts'

/** One DAWP run as AIECS's own consumer sees it. Wire words, because this is AIECS's panel, member for member. */
export interface DawpPanel {
  readonly run_id: string
  workflow_id: string | null
  placement: string | null
  trigger: string | null
  open: boolean
  success: boolean | null
  step_summaries: readonly unknown[]
  active_step_id: string | null
  active_step_index: number | null
}

/** Called while `consume` runs. What one throws comes out of `consume`. */
export interface DawpHandlers {
  readonly onRunStarted?: (panel: DawpPanel) => void
  readonly onRunCompleted?: (panel: DawpPanel) => void
  readonly onStepStarted?: (panel: DawpPanel, event: AgentEvent) => void
  readonly onStepCompleted?: (panel: DawpPanel, event: AgentEvent) => void
}

/** Folds events into panels, one per DAWP run. It needs no client: give it the events of any stream. */
export interface DawpConsumer {
  /** Takes any event of a run; answers the panel it changed, or undefined. */
  consume(event: AgentEvent): DawpPanel | undefined
  /** Every panel, also closed ones, in order of first appearance. */
  panels(): readonly DawpPanel[]
  openRunIds(): readonly string[]
}

const orNull = (value: unknown): string | null => (value == null ? null : String(value))

/**
 * Callbacks over a run's events, for people without React. Panels open, change and close exactly as in AIECS's
 * `DawpStreamConsumer` (`plugins/dawp/stream_consumer.py`), odd cases included; a step index that is no number is null.
 */
export function createDawpConsumer(handlers: DawpHandlers = {}): DawpConsumer {
  const byId = new Map<string, DawpPanel>()

  const put = (runId: string, known: Partial<DawpPanel>): DawpPanel => {
    const blank = {
      workflow_id: null,
      placement: null,
      trigger: null,
      open: true,
      success: null,
      step_summaries: [],
      active_step_id: null,
      active_step_index: null,
    }
    const panel: DawpPanel = { ...blank, ...known, run_id: runId }
    byId.set(runId, panel)
    return panel
  }
  const find = (runId: string): DawpPanel => byId.get(runId) ?? put(runId, { open: false })

  const consume = (event: AgentEvent): DawpPanel | undefined => {
    switch (event.type) {
      case 'dawp_run_started': {
        const { workflow_id, placement, trigger } = event
        const panel = put(dawpRunId(event), { workflow_id: orNull(workflow_id), placement: orNull(placement), trigger: orNull(trigger) })
        handlers.onRunStarted?.(panel)
        return panel
      }
      case 'dawp_run_completed': {
        const panel = byId.get(idText(event.run_id)) ?? put(dawpRunId(event), {})
        panel.step_summaries = Array.isArray(event.step_summaries) ? event.step_summaries : []
        panel.success = isTruthy(event.success)
        panel.open = false
        handlers.onRunCompleted?.(panel)
        return panel
      }
      case 'dawp_step_started': {
        const panel = find(dawpRunId(event))
        panel.active_step_id = orNull(event.step_id)
        panel.active_step_index = indexOf(event.step_index)
        handlers.onStepStarted?.(panel, event)
        return panel
      }
      case 'dawp_step_completed': {
        const panel = find(dawpRunId(event))
        if (event.success === true) panel.active_step_id = panel.active_step_index = null
        handlers.onStepCompleted?.(panel, event)
        return panel
      }
      default:
        return undefined
    }
  }
  return {
    consume,
    panels: () => [...byId.values()],
    openRunIds: () => [...byId.values()].filter((panel) => panel.open).map((panel) => panel.run_id),
  }
}

function indexOf(value: unknown): number | null {
  const index = typeof value === 'string' ? Number.parseInt(value, 10) : value
  return typeof index === 'number' && !Number.isNaN(index) ? Math.trunc(index) : null
}

/** As Python sees it: empty lists and mappings are false too. */
function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value)
}
