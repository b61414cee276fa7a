/** A tool asks before it runs. The run waits for what is pressed here; another page, or time, may answer first. */
import type { AgentRun, ApprovalState } from '@agentstream/client'
import { memo, useEffect, useId, useRef, useState } from 'react'
import { type ApprovalStatus, approvalStatus, approvalWords } from '../model/approval.ts'
import { formatMembers } from '../model/format.ts'
import { Clamp } from './clamp.tsx'
import { Countdown } from './countdown.tsx'
import { CheckIcon, CrossIcon, StopIcon, WarningIcon } from './icons.tsx'

const endings: Readonly<Record<Exclude<ApprovalStatus, 'waiting'>, string>> = {
  approved: 'You allowed this call, and the tool got to run.',
  denied: 'This call was not allowed. The tool did not run.',
  abandoned: 'The run ended before anybody answered. The tool did not run.',
  expired: 'Nobody answered in time, which counts as a no. The tool did not run.',
}

export const ApprovalCard = memo(function ApprovalCard({ run, approval }: { run: AgentRun; approval: ApprovalState }) {
  const { id, toolName, parameters, reason } = approval
  const [answer, setAnswer] = useState<'none' | 'sending' | 'lost'>('none')
  const titleId = useId()
  const title = useRef<HTMLHeadingElement>(null)
  const status = approvalStatus(approval)
  const respond = (approved: boolean) => {
    setAnswer('sending')
    // The buttons are about to go: the keyboard stays at the question it has answered.
    title.current?.focus()
    // Where the answer counts the run itself says so; only one that did not count has to be told.
    run.respond(id, { approved }).catch(() => setAnswer('lost'))
  }
  const isOpen = status === 'waiting'
  useFocusWhenNobodyHasIt(title, isOpen)
  return (
    <section className="approval" data-status={status} aria-labelledby={titleId}>
      <header className="approval-head">
        <StatusIcon status={status} />
        <h4 id={titleId} ref={title} tabIndex={-1}>
          {isOpen ? 'May the agent use' : 'Approval of'} <code>{toolName}</code>
          {isOpen ? '?' : ''} <span className="visually-hidden">{approvalWords[status]}</span>
        </h4>
        {isOpen ? <Countdown expiresAt={approval.expiresAt} /> : <span className="approval-word">{approvalWords[status]}</span>}
      </header>
      {isOpen ? <Clamp text={formatMembers(parameters)} label={`What ${toolName} is to be called with`} /> : <p>{endings[status]}</p>}
      {!isOpen && status === 'denied' && reason ? <p className="muted">Reason: {reason}</p> : null}
      {isOpen && answer === 'lost' ? (
        <p className="tool-error">Your answer did not count: the time was up, the run is over, or somebody else was first.</p>
      ) : null}
      {isOpen ? (
        <div className="approval-actions">
          <button type="button" className="button primary" disabled={answer === 'sending'} onClick={() => respond(true)}>
            <CheckIcon /> Approve
          </button>
          <button type="button" className="button" disabled={answer === 'sending'} onClick={() => respond(false)}>
            <CrossIcon /> Deny
          </button>
        </div>
      ) : null}
    </section>
  )
})

/** A question takes the focus only when nothing holds it: whoever is typing goes on typing, and hears of it politely. */
function useFocusWhenNobodyHasIt(title: { readonly current: HTMLElement | null }, isOpen: boolean) {
  useEffect(() => {
    if (isOpen && document.activeElement === document.body) title.current?.focus()
  }, [title, isOpen])
}

function StatusIcon({ status }: { status: ApprovalStatus }) {
  if (status === 'approved') return <CheckIcon />
  return status === 'waiting' ? <WarningIcon /> : <StopIcon />
}
