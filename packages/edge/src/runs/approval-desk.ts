import type { RunContext } from '../agents/agent.ts'

/** Where a run's questions to people wait, and where their answers come in. Knows no tools and no HTTP. */

type Approvals = NonNullable<RunContext['approvals']>
type Question = ReturnType<Approvals['ask']>
export type ApprovalAnswer = Awaited<Question['answer']>

/** Each question is answered once; whoever comes later, or after its time, is told so. */
export type AnswerOutcome = 'answered' | 'already_answered' | 'unknown_approval'

export interface ApprovalDesk extends Approvals {
  answer(id: string, answer: ApprovalAnswer): AnswerOutcome
}

export interface ApprovalDeskOptions {
  /** A question without an answer is denied after this. What no timer can count, such as Infinity, waits as long as the run. */
  readonly timeoutMs: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const longestTimer = 2 ** 31 - 1

interface OpenQuestion {
  readonly expiresAt: number
  /** Only the first call counts. */
  readonly settle: (answer: ApprovalAnswer) => void
}

/** The desk of one run. */
export function createApprovalDesk({ timeoutMs, now }: ApprovalDeskOptions): ApprovalDesk {
  // Undefined once it is answered: a second answer is told apart from a made-up one.
  const questions = new Map<string, OpenQuestion | undefined>()
  const late: ApprovalAnswer = { approved: false, reason: `Nobody answered within ${timeoutMs} ms` }
  const isTimed = timeoutMs <= longestTimer

  return {
    ask(): Question {
      const id = crypto.randomUUID()
      const expiresAt = now() + timeoutMs
      const { promise, resolve } = deferred<ApprovalAnswer>()
      const settle = (answer: ApprovalAnswer): void => {
        clearTimeout(timer)
        questions.set(id, undefined)
        resolve(answer)
      }
      const timer = isTimed ? setTimeout(() => settle(late), timeoutMs) : undefined
      questions.set(id, { expiresAt, settle })
      return { id, answer: promise, close: () => questions.get(id)?.settle({ approved: false }), ...(isTimed ? { expiresAt } : {}) }
    },
    answer(id, answer) {
      if (!questions.has(id)) return 'unknown_approval'
      const question = questions.get(id)
      // Timers are late when a process is busy or was asleep; the time that was told counts.
      if (question && isTimed && now() >= question.expiresAt) question.settle(late)
      else if (question) {
        question.settle(answer)
        return 'answered'
      }
      return 'already_answered'
    },
  }
}

// Promise.withResolvers is younger than the oldest Node this runs on.
function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
