/** How a run stands or how it ended, in a sentence, with what can be done about it. */
import { type RunState, selectMetrics, selectText, selectToolCalls } from '@agentstream/client'
import { memo } from 'react'
import { formatCount, formatDuration } from '../model/format.ts'
import { type Outcome, outcomeOf, type Receipt } from '../model/outcome.ts'
import { CopyButton } from './copy-button.tsx'
import { CheckIcon, CrossIcon, PenIcon, RepeatIcon, StopIcon, TornIcon, WarningIcon } from './icons.tsx'

export interface RunActions {
  /** Undefined where the run is not the last one: only the last can be repeated. */
  readonly again: (() => void) | undefined
  readonly edit: (() => void) | undefined
}

export const RunStatus = memo(function RunStatus({ state, receipt, actions }: { state: RunState; receipt: Receipt | undefined; actions: RunActions }) {
  const outcome = outcomeOf(state, receipt)
  return (
    <footer className="run-status" data-status={state.status} data-tone={outcome.tone}>
      <span className="rail-node" aria-hidden="true">
        <ToneIcon outcome={outcome} status={state.status} />
      </span>
      <div className="run-words">
        <strong>{outcome.title}</strong>
        {/* A run that goes well needs no second sentence to say so while it goes. */}
        <span className="run-detail">{outcome.detail}</span>
      </div>
      {state.timing.endedAt === undefined ? null : <Facts state={state} />}
      {state.timing.endedAt === undefined ? null : <Actions state={state} outcome={outcome} actions={actions} />}
    </footer>
  )
})

function ToneIcon({ outcome, status }: { outcome: Outcome; status: RunState['status'] }) {
  if (outcome.tone === 'active') return <span className="spinner" />
  if (status === 'truncated') return <TornIcon />
  if (outcome.tone === 'good') return <CheckIcon />
  if (outcome.tone === 'quiet') return <StopIcon />
  return outcome.tone === 'warning' ? <WarningIcon /> : <CrossIcon />
}

function Facts({ state }: { state: RunState }) {
  const { startedAt, endedAt } = state.timing
  // A run that never began has nothing to tell but its failure.
  if (startedAt === undefined || endedAt === undefined) return null
  const { durationMs, tokens, timeToFirstTokenMs } = selectMetrics(state, endedAt)
  // Those on the page: who takes a run up tells its calls again, and none of them is made again.
  const toolCalls = selectToolCalls(state).length
  const facts = [
    formatDuration(durationMs),
    ...(timeToFirstTokenMs === undefined ? [] : [`first token after ${formatDuration(timeToFirstTokenMs)}`]),
    formatCount(tokens, 'token'),
    ...(toolCalls > 0 ? [formatCount(toolCalls, 'tool call')] : []),
    ...(state.counts.restarts > 0 ? [formatCount(state.counts.restarts, 'restart')] : []),
  ]
  return <p className="run-facts">{facts.join(' · ')}</p>
}

function Actions({ state, outcome, actions }: { state: RunState; outcome: Outcome; actions: RunActions }) {
  const text = selectText(state)
  return (
    <div className="run-actions">
      {actions.again && outcome.offer !== 'nothing' ? (
        <button type="button" className="button primary" onClick={actions.again}>
          <RepeatIcon /> Try again
        </button>
      ) : null}
      {actions.edit && outcome.offer !== 'nothing' ? (
        <button type="button" className="button" onClick={actions.edit}>
          <PenIcon /> Change the question
        </button>
      ) : null}
      {actions.again && outcome.offer === 'nothing' ? (
        <button type="button" className="ghost-button" onClick={actions.again}>
          <RepeatIcon /> Run again
        </button>
      ) : null}
      {text.trim() === '' ? null : <CopyButton text={text} what="answer" />}
    </div>
  )
}
