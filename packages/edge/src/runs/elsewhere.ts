/** Runs that work in another process of a shared journal: what is asked of them goes through the journal, and so does what comes of it. */
import type { AnswerOutcome, ApprovalAnswer } from './approval-desk.ts'
import type { CancelCause } from './cancellation.ts'
import type { Journal, JournalEntry, SharedRuns } from './journal.ts'
import { cancelledEvent } from './last-words.ts'
import { encodeMessage } from './run-message.ts'

export interface Elsewhere {
  readonly journal: Journal
  readonly shared: SharedRuns
  readonly key: string
}

/** `not_supported`: its producer did not react within a lease, and is still there. */
export async function cancelElsewhere(
  place: Elsewhere,
  cause: CancelCause,
  timestamp: () => string,
): Promise<'cancelled' | 'already_finished' | 'not_supported'> {
  const { journal, shared, key } = place
  const { cursor } = await journal.status(key)
  if (await shared.send(key, encodeMessage({ kind: 'cancel', cause }))) await watch(place, cursor, () => false)
  const after = await journal.status(key)
  if (after.isAbandoned && (await shared.takeUp(key))) {
    await journal.append(key, [cancelledEvent(cause, timestamp())])
    await journal.close(key, 'cancelled')
    return 'cancelled'
  }
  if (after.status === 'running') return 'not_supported'
  return after.status === 'cancelled' ? 'cancelled' : 'already_finished'
}

/**
 * The same for a part of a run: a tool call or a DAWP run, by its id. What became of it is read from the run's own events. A run
 * that says nothing of a DAWP run's end is not waited for longer than a lease.
 */
export async function stopElsewhere(
  place: Elsewhere,
  scope: string,
  cause: CancelCause,
): Promise<'cancelled' | 'already_finished' | 'unknown_run' | 'not_supported'> {
  const { journal, shared, key } = place
  const { cursor } = await journal.status(key)
  let isSeen = false
  let end: 'cancelled' | 'already_finished' | undefined
  const isEnd = (entry: JournalEntry): boolean => {
    // Most entries are tokens; only those that name the part are worth parsing.
    if (!entry.data.includes(scope)) return false
    isSeen = true
    end ??= endOfScope(entry.event, scope)
    return end !== undefined
  }
  for (const entry of await pastOf(place, cursor)) isEnd(entry)
  if (!isSeen) return 'unknown_run'
  if (end || !(await shared.send(key, encodeMessage({ kind: 'cancel_scope', scope, cause })))) return 'already_finished'
  await watch(place, cursor, isEnd)
  const { status, isAbandoned } = await journal.status(key)
  return end ?? (status === 'running' && !isAbandoned ? 'not_supported' : 'already_finished')
}

function endOfScope(event: JournalEntry['event'], scope: string): 'cancelled' | 'already_finished' | undefined {
  if (event.type === 'tool_result' || event.type === 'tool_error') {
    if (event.tool_call_id !== scope) return undefined
    return event.type === 'tool_error' ? 'cancelled' : 'already_finished'
  }
  if (event.type !== 'dawp_run_completed' || event.run_id !== scope) return undefined
  return event.success ? 'already_finished' : 'cancelled'
}

export async function answerElsewhere(place: Elsewhere, id: string, answer: ApprovalAnswer): Promise<AnswerOutcome | 'not_supported'> {
  const { journal, shared, key } = place
  const { cursor } = await journal.status(key)
  let isAsked = false
  let given: ApprovalAnswer | undefined
  const isAnswer = (entry: JournalEntry): boolean => {
    // Most entries are tokens; only those that name the question are worth parsing.
    const event = entry.data.includes(id) ? entry.event : undefined
    if (event?.type === 'approval_request' && event.approval_id === id) isAsked = true
    if (event?.type !== 'approval_response' || event.approval_id !== id) return false
    given = { approved: event.approved, ...(event.reason ? { reason: event.reason } : {}) }
    return true
  }
  for (const entry of await pastOf(place, cursor)) isAnswer(entry)
  if (!isAsked) return 'unknown_approval'
  if (given || !(await shared.send(key, encodeMessage({ kind: 'answer', id, answer })))) return 'already_answered'
  await watch(place, cursor, isAnswer)
  const { status, isAbandoned } = await journal.status(key)
  if (!given) return status === 'running' && !isAbandoned ? 'not_supported' : 'already_answered'
  return sameAnswer(given, answer) ? 'answered' : 'already_answered'
}

function sameAnswer(one: ApprovalAnswer, other: ApprovalAnswer): boolean {
  return one.approved === other.approved && (one.reason ?? '') === (other.reason ?? '')
}

/** Reads on until it sees what it looks for, the run is over or abandoned, or a lease's time has passed. */
async function watch({ journal, shared, key }: Elsewhere, after: string | undefined, isIt: (entry: JournalEntry) => boolean): Promise<void> {
  const waiting = new AbortController()
  const timer = setTimeout(() => waiting.abort(), shared.leaseMs)
  try {
    for await (const batch of journal.read(key, after, waiting.signal)) if (batch.some(isIt)) return
  } finally {
    clearTimeout(timer)
  }
}

/** What a run has said up to its cursor. */
export async function pastOf({ journal, key }: Pick<Elsewhere, 'journal' | 'key'>, cursor: string | undefined): Promise<readonly JournalEntry[]> {
  const past: JournalEntry[] = []
  if (cursor === undefined) return past
  for await (const batch of journal.read(key, undefined, new AbortController().signal)) {
    past.push(...batch)
    const end = past.findIndex(({ id }) => id === cursor)
    if (end >= 0) return past.slice(0, end + 1)
  }
  return past
}

/** Whether a run that is over had asked this: what it waited for went with it, but its journal stays. */
export async function wasAsked(journal: Journal, key: string, approvalId: string): Promise<boolean> {
  for await (const batch of journal.read(key, undefined, new AbortController().signal)) {
    if (batch.some(({ event }) => event.type === 'approval_request' && event.approval_id === approvalId)) return true
  }
  return false
}

/** Whether another process has a run, or may have it: then what could not be written here is no loss. */
export async function isElsewhere(journal: Journal, key: string): Promise<true | undefined> {
  if (!journal.shared) return undefined
  // A journal that cannot be asked has lost the run for those who watch it here.
  const { status } = await journal.status(key).catch(() => ({ status: 'unknown' }))
  return status === 'unknown' ? undefined : true
}
