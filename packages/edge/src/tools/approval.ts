import type { AgentEvent, JsonObject } from '@agentstream/client/wire'
import { interruptible } from '../abort.ts'
import type { ToolCall } from '../model/messages.ts'
import { failureText } from './failure-text.ts'
import type { ApprovalContext, PreparedCall } from './tool.ts'

/** The word of a person on one tool call. */
export interface ApprovalAnswer {
  readonly approved: boolean
  /** Told to the model and shown to people. */
  readonly reason?: string
}

/** One question that waits for a person. */
export interface ApprovalQuestion {
  /** Cannot be guessed: who answers was shown the question. */
  readonly id: string
  /** When it counts as denied, in milliseconds since 1970. Absent when it waits as long as the run. */
  readonly expiresAt?: number
  /** Never rejects. */
  readonly answer: Promise<ApprovalAnswer>
  /** Nobody waits any more: an answer that comes later counts for nothing. */
  close(): void
}

/** Where a run asks people. */
export interface Approvals {
  ask(): ApprovalQuestion
}

export interface PermissionOptions {
  readonly call: ToolCall
  readonly parameters: JsonObject
  readonly prepared: PreparedCall
  readonly runId: string
  readonly signal: AbortSignal
  /** Without it nobody can be asked, and what needs approval does not run. */
  readonly approvals?: Approvals | undefined
}

/**
 * Whether a call may run: undefined when it may, else why not. Yields `approval_request` and, when it is answered or its time
 * is up, `approval_response`. A check that throws permits nothing. Throws only the signal's reason.
 */
export async function* askPermission(options: PermissionOptions): AsyncGenerator<AgentEvent, string | undefined, undefined> {
  const { call, parameters, prepared, runId, signal, approvals } = options
  const waits = interruptible(signal)
  let question: ApprovalQuestion | undefined
  try {
    if (!(await waits.wait(needsApproval(prepared, { runId, toolCallId: call.id, signal })))) return undefined
    question = approvals?.ask()
    if (!question) return `"${call.name}" needs approval, and nobody can be asked`
    const { id, expiresAt } = question
    const expiry = expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }
    yield { type: 'approval_request', approval_id: id, tool_call_id: call.id, tool_name: call.name, parameters, ...expiry }
    const { approved, reason } = await waits.wait(question.answer)
    yield { type: 'approval_response', approval_id: id, approved, ...(reason ? { reason } : {}) }
    return approved ? undefined : `"${call.name}" was not approved${reason ? `: ${reason}` : ''}`
  } catch (error) {
    signal.throwIfAborted()
    return `Whether "${call.name}" needs approval could not be decided: ${failureText(error)}`
  } finally {
    waits.release()
    question?.close()
  }
}

async function needsApproval({ needsApproval: check }: PreparedCall, context: ApprovalContext): Promise<boolean> {
  // Whatever is not plainly `false` asks: a check that forgot to answer must not let a call pass.
  return check !== undefined && (await check(context)) !== false
}
