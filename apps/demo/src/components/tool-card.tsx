/** One tool call, from the first fragment of its arguments to its result. */
import { selectArguments, type ToolPart } from '@agentstream/client'
import { memo } from 'react'
import { formatDuration, formatMembers, formatValue } from '../model/format.ts'
import { Clamp } from './clamp.tsx'
import { CheckIcon, CrossIcon, StopIcon, ToolIcon, TornIcon, WarningIcon } from './icons.tsx'

const words: Readonly<Record<ToolPart['status'], string>> = {
  assembling: 'writing arguments',
  ready: 'about to run',
  waiting_approval: 'waiting for approval',
  running: 'running',
  done: 'done',
  failed: 'failed',
  denied: 'denied',
  abandoned: 'cut off',
}

export const ToolCard = memo(function ToolCard({ part }: { part: ToolPart }) {
  return (
    <article className="tool-card" data-status={part.status} aria-label={`Tool call ${part.toolName}: ${words[part.status]}`}>
      <header className="tool-head">
        <ToolIcon />
        <span className="tool-name">
          {part.toolName}
          {part.operation ? <span className="tool-operation">.{part.operation}</span> : null}
        </span>
        <span className="tool-status">
          <StatusIcon status={part.status} />
          {words[part.status]}
          {durationOf(part)}
        </span>
      </header>
      <div className="tool-body">
        <span className="tool-label">Arguments</span>
        <Arguments part={part} />
        <Progress part={part} />
        <Ending part={part} />
      </div>
    </article>
  )
})

function StatusIcon({ status }: { status: ToolPart['status'] }) {
  if (status === 'done') return <CheckIcon />
  if (status === 'failed') return <CrossIcon />
  if (status === 'denied') return <StopIcon />
  if (status === 'abandoned') return <TornIcon />
  return status === 'waiting_approval' ? <WarningIcon /> : <span className="spinner" aria-hidden="true" />
}

function durationOf({ startedAt, endedAt }: ToolPart): string {
  // A tool that answers at once needs no figure.
  return startedAt !== undefined && endedAt !== undefined && endedAt - startedAt >= 1 ? ` · ${formatDuration(endedAt - startedAt)}` : ''
}

function Arguments({ part }: { part: ToolPart }) {
  // Member by member, as far as the model has written them; as text where it writes no JSON.
  const { value, error } = selectArguments(part)
  const text = value === undefined || error ? part.argumentsText : formatMembers(value)
  if (part.status === 'assembling') {
    return (
      <div className="value">
        <pre className="growing">{text}</pre>
      </div>
    )
  }
  return text === '' || text === '{}' ? <span className="tool-none">none</span> : <Clamp text={text} label={`Arguments of ${part.toolName}`} />
}

function Progress({ part }: { part: ToolPart }) {
  const { progress, status, toolName } = part
  if (!progress || status !== 'running') return null
  const percent = progress.fraction === undefined ? undefined : Math.round(progress.fraction * 100)
  return (
    <>
      <span className="tool-label">Progress</span>
      <div className="tool-progress">
        <progress aria-label={`Progress of ${toolName}`} max={100} value={percent} />
        <span>
          {progress.message}
          {percent === undefined ? '' : ` ${percent} %`}
        </span>
      </div>
    </>
  )
}

function Ending({ part }: { part: ToolPart }) {
  if (part.error !== undefined) {
    return (
      <>
        <span className="tool-label">Error</span>
        <p className="tool-error">{part.error}</p>
      </>
    )
  }
  if (part.result === undefined) return null
  return (
    <>
      <span className="tool-label">Result</span>
      <Clamp text={formatValue(part.result)} label={`Result of ${part.toolName}`} />
    </>
  )
}
