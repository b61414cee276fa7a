import type { AgentEvent } from '@agentstream/client/wire'
import type { StepRecord } from './step-record.ts'
import type { Workflow } from './workflow.ts'
import type { WorkflowResult } from './workflow-result.ts'

/** How far a run is, told whenever that changed: a `custom` event, whose newest value is what a client shows. */

const name = 'workflow_progress'

export function progressEvent({ id, name: workflowName }: Workflow, records: ReadonlyMap<string, StepRecord>): AgentEvent {
  const all = [...records.values()]
  const count = (...statuses: readonly StepRecord['status'][]): number => all.filter(({ status }) => statuses.includes(status)).length
  return {
    type: 'custom',
    name,
    data: {
      workflow_id: id,
      workflow_name: workflowName,
      overall_status: 'running',
      steps_total: all.length,
      steps_completed: count('completed', 'skipped'),
      steps_failed: count('failed'),
      current_steps: all.filter(({ status }) => status === 'running').map(({ step }) => step.name),
    },
  }
}

export function lastProgressEvent({ workflowId, workflowName, status, durationMs }: WorkflowResult): AgentEvent {
  const data = { workflow_id: workflowId, workflow_name: workflowName, overall_status: status, completed: true, duration: durationMs / 1000 }
  return { type: 'custom', name, data }
}
