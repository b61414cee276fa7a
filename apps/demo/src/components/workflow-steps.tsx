/** The steps of a workflow agent, stage by stage: what runs side by side stands side by side. */
import type { RunState } from '@agentstream/client'
import { memo } from 'react'
import { type PlannedStep, type ShownStep, type Stage, stagesOf } from '../model/workflow-stages.ts'
import { CheckIcon, CrossIcon, FlowIcon, StopIcon, TornIcon } from './icons.tsx'
import { ToolCard } from './tool-card.tsx'

const words: Readonly<Record<ShownStep['status'], string>> = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  abandoned: 'cut off',
  'not run': 'not run',
}

export function WorkflowSteps({ plan, state }: { plan: readonly PlannedStep[]; state: RunState }) {
  return (
    <section className="workflow" aria-label="Steps">
      <span className="rail-node" aria-hidden="true">
        <FlowIcon />
      </span>
      <ol className="stages">
        {stagesOf(plan, state).map((stage) => (
          <StageView key={stage.map(({ name }) => name).join(' ')} stage={stage} />
        ))}
      </ol>
    </section>
  )
}

function StageView({ stage }: { stage: Stage }) {
  return (
    <li className="stage" data-parallel={stage.length > 1}>
      {stage.length > 1 ? <span className="stage-tag">{stage.length} branches in parallel</span> : null}
      {stage.map((step) => (
        <StepView key={step.name} step={step} />
      ))}
    </li>
  )
}

const StepView = memo(
  function StepView({ step }: { step: ShownStep }) {
    return (
      <article className="workflow-step" data-status={step.status} aria-label={`Step ${step.name}: ${words[step.status]}`}>
        <h3>
          <span className="step-name">{step.name}</span>
          <span className="muted">{step.description}</span>
          <span className="step-state">
            <StatusIcon status={step.status} />
            {words[step.status]}
          </span>
        </h3>
        {step.calls.map((call) => (
          <ToolCard key={call.id} part={call} />
        ))}
      </article>
    )
  },
  ({ step: before }, { step: after }) =>
    before.description === after.description &&
    before.status === after.status &&
    before.calls.length === after.calls.length &&
    before.calls.every((call, position) => call === after.calls[position]),
)

function StatusIcon({ status }: { status: ShownStep['status'] }) {
  if (status === 'running') return <span className="spinner" aria-hidden="true" />
  if (status === 'done') return <CheckIcon />
  if (status === 'failed') return <CrossIcon />
  if (status === 'abandoned') return <TornIcon />
  return status === 'not run' ? <StopIcon /> : <span className="step-dot" aria-hidden="true" />
}
