/** One run, from its first event to its end, on a rail that shows how far it came and how it ended. */
import { type AgentRun, type RunState, selectText } from '@agentstream/client'
import { useRun } from '@agentstream/react'
import { memo } from 'react'
import { StreamingMarkdown } from '../markdown/streaming-markdown.tsx'
import { formatValue } from '../model/format.ts'
import type { Receipt } from '../model/outcome.ts'
import { Clamp } from './clamp.tsx'
import { RunSections } from './run-sections.tsx'
import { type RunActions, RunStatus } from './run-status.tsx'

export const RunView = memo(function RunView({ run, receipt, actions }: { run: AgentRun; receipt: Receipt | undefined; actions: RunActions }) {
  const state = useRun(run)
  return (
    <div className="run" data-status={state.status}>
      {/* A silent restart voids what was shown, so everything below begins anew with it. */}
      <RunSections key={state.counts.restarts} run={run} state={state} />
      <Output state={state} />
      <RunStatus state={state} receipt={receipt} actions={actions} />
    </div>
  )
})

/** The final answer, where it never came as tokens: some agents only hand over a result. */
function Output({ state }: { state: RunState }) {
  const { output } = state
  if (output === undefined || output === null || output === '' || selectText(state).trim() !== '') return null
  return (
    <div className="round">
      {typeof output === 'string' ? <StreamingMarkdown text={output} open={false} /> : <Clamp text={formatValue(output)} label="Result" />}
    </div>
  )
}
