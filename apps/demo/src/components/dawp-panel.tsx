/** A DAWP run: a panel that stands open while its steps work and folds itself up when they are done. */
import type { DawpRunState, DawpStepState } from '@agentstream/client'
import { memo, useEffect, useId, useState } from 'react'
import { formatCount } from '../model/format.ts'
import { CheckIcon, ChevronIcon, CrossIcon, FlowIcon, TornIcon } from './icons.tsx'
import { Parts } from './parts.tsx'

const placements: Readonly<Record<string, string>> = {
  pre_main_loop: 'before the main loop',
  on_response_trigger: 'triggered by the response',
  inline: 'started by the agent',
}

export const DawpPanel = memo(function DawpPanel({ run }: { run: DawpRunState }) {
  const [expanded, setExpanded] = useState(true)
  const bodyId = useId()
  // Closing folds the panel once; whoever opens it again keeps it open.
  useEffect(() => setExpanded(run.open), [run.open])
  const state = stateOf(run)
  return (
    <article className="dawp" data-state={run.open ? 'open' : 'closed'} data-result={state} aria-label={`Workflow ${run.workflowId ?? run.runId}`}>
      <span className="rail-node" aria-hidden="true">
        <FlowIcon />
      </span>
      <h3>
        <button type="button" className="dawp-head" aria-expanded={expanded} aria-controls={bodyId} onClick={() => setExpanded(!expanded)}>
          <span className="chevron">
            <ChevronIcon />
          </span>
          <span className="dawp-name">{run.workflowId ?? 'Workflow'}</span>
          <span className="muted dawp-placement">{placements[run.placement ?? ''] ?? run.placement}</span>
          <span className="dawp-state">
            <StateIcon state={state} />
            {stateWords[state]}
            {run.open ? '' : ` · ${formatCount(run.steps.length, 'step')}`}
          </span>
        </button>
      </h3>
      <ol id={bodyId} className="dawp-steps" hidden={!expanded}>
        {run.steps.map((step, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever appended, and one may run twice under one id.
          <Step key={position} step={step} />
        ))}
        {run.steps.length === 0 ? <li className="muted">{run.open ? 'No step has begun yet.' : 'It had no steps.'}</li> : null}
      </ol>
    </article>
  )
})

type PanelState = 'running' | 'done' | 'failed' | 'abandoned'

const stateWords: Readonly<Record<PanelState, string>> = { running: 'running', done: 'done', failed: 'not completed', abandoned: 'cut off' }

function stateOf(run: DawpRunState): PanelState {
  if (run.open) return 'running'
  if (run.success === undefined) return 'abandoned'
  return run.success ? 'done' : 'failed'
}

function StateIcon({ state }: { state: PanelState }) {
  if (state === 'running') return <span className="spinner" aria-hidden="true" />
  if (state === 'done') return <CheckIcon />
  return state === 'failed' ? <CrossIcon /> : <TornIcon />
}

const Step = memo(function Step({ step }: { step: DawpStepState }) {
  return (
    <li className="dawp-step" data-status={step.status}>
      <h4>
        <span className="step-mark">
          <StateIcon state={step.status} />
        </span>
        <span className="step-name">{step.stepId || `Step ${step.index + 1}`}</span>
        <span className="muted">{stateWords[step.status]}</span>
      </h4>
      <Parts parts={step.loop.parts} />
    </li>
  )
})
