/** Questions to people, and what they mean for the call that waits: asked → waiting, then ready to run or denied. */
import type { EventOf } from '../../wire/events/vocabulary.ts'
import { filled, type LoopDraft } from '../draft.ts'
import type { ApprovalState, ToolPart } from '../state.ts'
import { findById } from './tools.ts'

function mark(loop: LoopDraft, callId: string | null | undefined, told: Partial<Pick<ToolPart, 'status' | 'approvalId'>>): void {
  const tool = findById(loop, callId)
  if (tool) Object.assign(tool, told)
}

export const approvalCases = {
  approval_request(loop: LoopDraft, event: EventOf<'approval_request'>): void {
    const { run } = loop.run
    const { approval_id: id, tool_name: toolName, tool_call_id: toolCallId, expires_at: expiresAt, parameters } = event
    run.approvals = [{ id, toolName, parameters, status: 'waiting', ...filled({ toolCallId, expiresAt }) }, ...run.approvals]
    mark(loop, toolCallId, { status: 'waiting_approval', approvalId: id })
  },
  approval_response(loop: LoopDraft, { approval_id: id, approved, reason }: EventOf<'approval_response'>): void {
    const { run } = loop.run
    const answered = run.approvals.map((approval): ApprovalState => {
      if (approval.id !== id) return approval
      mark(loop, approval.toolCallId, { status: approved ? 'ready' : 'denied' })
      return { ...approval, status: approved ? 'approved' : 'denied', ...filled({ reason }) }
    })
    run.approvals = answered.sort((a, b) => Number(b.status === 'waiting') - Number(a.status === 'waiting'))
  },
}
