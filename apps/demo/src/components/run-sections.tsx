/** What a run shows between its question and its end: steps, rounds, DAWP runs, and what it asks of people. */
import type { AgentRun, ApprovalState, RunState } from '@agentstream/client'
import { useWorkflowPlan } from '../hooks/use-demo.ts'
import { arrange, type Section } from '../model/arrange.ts'
import { besideSteps, planFor } from '../model/workflow-stages.ts'
import { ApprovalCard } from './approval-card.tsx'
import { DawpPanel } from './dawp-panel.tsx'
import { RoundView } from './round-view.tsx'
import { WorkflowSteps } from './workflow-steps.tsx'

interface RunSectionsProps {
  readonly run: AgentRun
  readonly state: RunState
}

export function RunSections({ run, state }: RunSectionsProps) {
  return state.steps.length > 0 ? <WorkflowSections run={run} state={state} /> : <LoopSections run={run} state={state} />
}

function WorkflowSections({ run, state }: RunSectionsProps) {
  const plan = planFor(useWorkflowPlan(true), state)
  return (
    <>
      <WorkflowSteps plan={plan} state={state} />
      <LoopSections run={run} state={{ ...state, main: besideSteps(plan, state.main) }} />
    </>
  )
}

function LoopSections({ run, state }: RunSectionsProps) {
  const sections = arrange(state)
  const placed = sections.map((section) => state.approvals.filter((approval) => asks(section, approval)))
  return (
    <>
      {sections.map((section, position) => [
        <SectionView key={section.key} section={section} state={state} />,
        ...(placed[position] ?? []).map((approval) => <ApprovalCard key={approval.id} run={run} approval={approval} />),
      ])}
      {state.approvals
        .filter((approval) => !placed.some((some) => some.includes(approval)))
        .map((approval) => (
          <ApprovalCard key={approval.id} run={run} approval={approval} />
        ))}
    </>
  )
}

/** A question stands below the call it is about. */
function asks(section: Section, { id }: ApprovalState): boolean {
  return section.kind === 'round' && section.parts.some((part) => part.kind === 'tool' && part.approvalId === id)
}

function SectionView({ section, state: { main } }: { section: Section; state: RunState }) {
  if (section.kind === 'dawp') return <DawpPanel run={section.run} />
  const budget = section.iteration === main.iteration ? { maximum: main.maxIterations, remaining: main.remaining } : undefined
  return <RoundView iteration={section.iteration} parts={section.parts} budget={budget} />
}
