/** Enters: an approval of a run. Leaves: how it stands, in words. */
import type { ApprovalState, RunState } from '@agentstream/client'

export type ApprovalStatus = ApprovalState['status'] | 'expired'

export const approvalWords: Readonly<Record<ApprovalStatus, string>> = {
  waiting: 'waiting for you',
  approved: 'approved',
  denied: 'denied',
  abandoned: 'not answered',
  expired: 'expired',
}

/** On the wire a question whose time is up is a denied one; only its reason and its expiry tell them apart. */
export function approvalStatus({ status, reason }: Pick<ApprovalState, 'status' | 'reason'>): ApprovalStatus {
  return status === 'denied' && reason?.startsWith('Nobody answered') ? 'expired' : status
}

/** Seconds left, never less than none. Undefined where the question waits as long as the run. */
export function secondsLeft(expiresAt: string | undefined, now: number): number | undefined {
  const at = expiresAt === undefined ? Number.NaN : Date.parse(expiresAt)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

export function formatLeft(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** The question that waits first, if any. */
export function waitingApproval({ approvals }: Pick<RunState, 'approvals'>): ApprovalState | undefined {
  return approvals.findLast(({ status }) => status === 'waiting')
}
