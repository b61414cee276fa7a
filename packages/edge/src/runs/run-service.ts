/** Starting, following and stopping runs by their id: tasks and ids go in, views and receipts come out. Knows no HTTP. */
import { isAgentStreamError } from '@agentstream/client/wire'
import type { Agent, RunContext, Task } from '../agents/agent.ts'
import { type AnswerOutcome, type ApprovalAnswer, createApprovalDesk } from './approval-desk.ts'
import { type CancelReceipt, cancelRun } from './cancel-run.ts'
import type { CancelCause } from './cancellation.ts'
import { type CursorCheck, checkCursor } from './check-cursor.ts'
import { createConversations, type Said } from './conversations.ts'
import { answerElsewhere, isElsewhere, wasAsked } from './elsewhere.ts'
import { fencedJournal } from './fenced-journal.ts'
import type { Journal, JournalStatus, SharedRuns } from './journal.ts'
import { keepLease } from './keep-lease.ts'
import { createLiveRun, type Hold, type LiveEnding, type LiveRun, openView, type RunView } from './live-run.ts'
import { produce } from './produce.ts'
import { encodeRequest } from './run-request.ts'
import type { SessionStore } from './session-store.ts'
import { planTakeUp } from './take-up.ts'
import { within } from './within.ts'

export interface RunServiceOptions {
  readonly journal: Journal
  /** Without it no run knows of another. */
  readonly sessions?: SessionStore | undefined
  /** What happens to a run when its last viewer leaves. */
  readonly onDisconnect: 'continue' | 'cancel'
  /** With `cancel`: how long viewers have to come back; 10 seconds unless told. */
  readonly disconnectGraceMs?: number | undefined
  /** How long a run that only one viewer gets waits for it; 5 minutes unless told. */
  readonly viewerTimeoutMs?: number | undefined
  /** Runs at once; further ones are refused. */
  readonly maxConcurrentRuns?: number | undefined
  /** How long a run may take; it is cancelled then. */
  readonly maxRunMs?: number | undefined
  /** How long a tool call waits for approval before it is denied; 5 minutes unless told. */
  readonly approvalTimeoutMs?: number | undefined
  /** The agent of a run that lost its process. Without it, and for agents that cannot go on, such a run is `truncated`. */
  readonly findAgent?: ((name: string) => Agent | undefined) | undefined
  readonly onError: (error: unknown) => void
  /** Milliseconds since 1970, for the events the server itself writes. */
  readonly now?: () => number
}

export interface StartRequest {
  /** Under which id the journal keeps the run. */
  readonly key: string
  readonly runId: string
  readonly agent: Agent
  readonly task: Task
  readonly parameters?: RunContext['parameters']
  /** Under which key the conversation is kept that the run is part of. */
  readonly sessionKey?: string | undefined
}

export type StartResult =
  | { readonly outcome: 'started'; readonly view: RunView; readonly ending: Promise<LiveEnding | undefined> }
  | { readonly outcome: 'followed'; readonly view: RunView }
  /** `session_busy`: another run of the same conversation is not over. `closing`: this process is about to end. `too_many_…`: for one owner. */
  | { readonly outcome: 'busy' | 'session_busy' | 'closing' | 'too_many_runs' | 'too_many_viewers' }

export type FollowResult =
  | { readonly outcome: 'followed'; readonly view: RunView }
  | { readonly outcome: Exclude<CursorCheck, 'followed'> | 'too_many_viewers' }

/** `not_supported`: the run is under way in another process, which cannot be reached or does not react. */
export type AnswerResult = AnswerOutcome | 'unknown_run' | 'not_supported'

/** Every method rejects when the journal fails. */
export interface RunService {
  /** Starts a run, or follows it from the start when its id is known. */
  start(request: StartRequest): Promise<StartResult>
  follow(key: string, after?: string): Promise<FollowResult>
  /** Settled when no other run of the conversation is under way here, or after so many milliseconds. */
  quiet(conversation: Pick<StartRequest, 'key' | 'sessionKey'>, ms: number): Promise<void>
  /** What following after this cursor would come to. */
  check(key: string, after: string | undefined): Promise<CursorCheck>
  /**
   * Stops the run, or only the tool call or DAWP run whose id is `scope`. Answers when that is over, so that the receipt is
   * true.
   */
  cancel(key: string, cause: CancelCause, scope?: string): Promise<CancelReceipt>
  status(key: string, hold?: Hold): Promise<JournalStatus>
  /** Answers a question of a run. The end of the run answers all that were open. */
  answer(key: string, approvalId: string, answer: ApprovalAnswer): Promise<AnswerResult>
  /** What was said in a conversation, and which run answers in it in this process. */
  readConversation(sessionKey: string): Promise<Said>
  forgetConversation(sessionKey: string): Promise<'forgotten' | 'session_busy'>
  /**
   * Starts nothing more, and ends what is under way: runs have `graceMs` to end by themselves, then they are handed over to
   * whoever shares the journal, or cancelled where that cannot be. Resolves when none is left. Never rejects.
   */
  close(graceMs: number): Promise<void>
}

export function createRunService(options: RunServiceOptions): RunService {
  const {
    journal,
    sessions,
    onDisconnect,
    disconnectGraceMs = 10_000,
    viewerTimeoutMs = 300_000,
    maxConcurrentRuns = Number.POSITIVE_INFINITY,
    maxRunMs,
    approvalTimeoutMs = 300_000,
    findAgent,
    onError,
    now = Date.now,
  } = options
  const live = new Map<string, LiveRun>()
  // Runs that are over and whose end the journal could not take: what it has of them is all there will be.
  const unclosed = new Map<string, LiveRun>()
  const runOf = (key: string): LiveRun | undefined => live.get(key) ?? unclosed.get(key)
  const conversations = createConversations(sessions, onError)
  const { shared } = journal
  let isClosing = false
  const timestamp = (): string => new Date(now()).toISOString()
  // Runs that nobody watches, each with the timer that stops it.
  const unwatched = new Map<LiveRun, ReturnType<typeof setTimeout>>()
  const isWatched = (run: LiveRun): void => {
    clearTimeout(unwatched.get(run))
    unwatched.delete(run)
  }
  const stopUnwatched = (key: string, run: LiveRun): void => {
    unwatched.delete(run)
    // Viewers of a run that is over leave too, and its agent may still be tidying up.
    if (live.get(key) === run) run.cancellation.cancel({ by: 'user', reason: 'Every viewer left' })
  }
  const view = (key: string, after?: string): RunView =>
    openView({
      journal,
      key,
      after,
      run: runOf(key),
      isUnclosed: unclosed.has(key),
      onWatched: isWatched,
      onAbandoned(run, how) {
        if (onDisconnect === 'continue' || live.get(key) !== run) return
        if (how === 'stopped' || disconnectGraceMs <= 0) stopUnwatched(key, run)
        else unwatched.set(run, setTimeout(stopUnwatched, disconnectGraceMs, key, run))
      },
      shared: shared && { leaseMs: shared.leaseMs, revive: (hold) => revive(key, { runs: shared, hold }) },
    })

  const forget = (key: string, run: LiveRun): void => {
    if (live.get(key) !== run) return
    live.delete(key)
    if (run.sessionKey !== undefined) conversations.end(run.sessionKey, key)
  }
  const carryOut = async ({ key, sessionKey, ...request }: StartRequest, run: LiveRun): Promise<LiveEnding | undefined> => {
    let letGo = (): void => {}
    const timer = maxRunMs === undefined ? undefined : setTimeout(() => run.cancellation.cancel(tooLong(maxRunMs)), maxRunMs)
    try {
      if ((await run.opened) === 'reader') return undefined
      if (shared) letGo = keepLease({ shared, key, run, onError })
      const agent = sessionKey === undefined ? request.agent : conversations.join(sessionKey, key, request.agent)
      const writing = shared ? fencedJournal(journal, () => live.get(key) === run) : journal
      const { cancellation, pace, desk } = run
      const ending = await produce({ ...request, agent, key, journal: writing, cancellation, pace, approvals: desk, onError, timestamp })
      if (!ending.lost) return ending
      const moved = await isElsewhere(journal, key)
      if (!shared) remember(unclosed, { key, run })
      // Without the end in the journal, its readers would wait for ever.
      for (const viewer of run.viewers) viewer.abort()
      return moved ? { ...ending, moved } : ending
    } finally {
      letGo()
      clearTimeout(timer)
      isWatched(run)
      forget(key, run)
    }
  }

  const begin = async (request: StartRequest): Promise<StartResult> => {
    const { agent } = request
    const opened = shared ? journal.open(request.key, encodeRequest({ ...request, agentName: agent.name })) : journal.open(request.key)
    // What nobody watches is stopped and lost with its process: then it need not hurry ahead of who watches.
    const pacing = onDisconnect === 'cancel' && !journal.durable ? { viewerTimeoutMs } : {}
    const { sessionKey } = request
    const run = createLiveRun({ opened, desk: createApprovalDesk({ timeoutMs: approvalTimeoutMs, now }), isResumable: canGoOn(agent), sessionKey, ...pacing })
    live.set(request.key, run)
    if (sessionKey !== undefined) conversations.begin(sessionKey, { key: request.key, description: request.task.description })
    const firstView = view(request.key)
    run.ending = carryOut(request, run)
    // Whoever asks for the ending is told; nobody has to.
    run.ending.catch(() => {})
    try {
      return (await run.opened) === 'producer' ? { outcome: 'started', view: firstView, ending: run.ending } : { outcome: 'followed', view: firstView }
    } catch (error) {
      if (isAgentStreamError(error) && error.code === 'limit') return { outcome: 'busy' }
      throw error
    }
  }
  const canGoOn = (agent: Agent): boolean => agent.isResumable === true && findAgent?.(agent.name) !== undefined
  /** Goes on with a run that nobody works on, or says that it is cut. True unless there is nothing to see to. */
  const revive = async (key: string, { runs, hold }: { readonly runs: SharedRuns; readonly hold: Hold | undefined }): Promise<boolean> => {
    // Who is told nothing more asks the next process.
    if (isClosing || !(await journal.status(key)).isAbandoned) return false
    const run = live.get(key)
    if (run) {
      // Ours, and only late: this process was busy or asleep. What does not renew its lease now either is frozen, as Workers do
      // with what nobody waits for, and what was to come of it never comes.
      await within(runs.leaseMs / 2, run.ending)
      if (live.get(key) !== run || !(await journal.status(key)).isAbandoned) return true
      forget(key, run)
      run.ending = Promise.resolve(undefined)
    }
    const taken = await runs.takeUp(key)
    if (taken) await goOn(key, { text: taken.request, hold })
    return true
  }
  const goOn = async (key: string, { text, hold }: { readonly text: string | undefined; readonly hold: Hold | undefined }): Promise<void> => {
    const plan = await planTakeUp({ journal, key, request: text, findAgent: isClosing ? undefined : findAgent })
    if ('outcome' in plan) return journal.close(key, plan.outcome)
    const { sessionKey, task } = plan.request
    const desk = createApprovalDesk({ timeoutMs: approvalTimeoutMs, now })
    const run = createLiveRun({ opened: Promise.resolve('producer'), desk, isResumable: true, sessionKey })
    live.set(key, run)
    if (sessionKey !== undefined) conversations.begin(sessionKey, { key, description: task.description })
    run.ending = carryOut({ ...plan.request, agent: plan.agent, key }, run)
    run.ending.catch(() => {})
    hold?.(run.ending)
  }
  const refusalOf = ({ sessionKey }: StartRequest): 'busy' | 'session_busy' | 'closing' | undefined => {
    if (isClosing) return 'closing'
    if (live.size >= maxConcurrentRuns) return 'busy'
    return sessionKey !== undefined && conversations.isBusy(sessionKey) ? 'session_busy' : undefined
  }
  const join = async (key: string, run: LiveRun): Promise<StartResult> => {
    const joined = view(key)
    await run.opened
    return { outcome: 'followed', view: joined }
  }

  const check = async (key: string, after: string | undefined): Promise<CursorCheck> => {
    const { status, cursor } = await journal.status(key)
    return status === 'unknown' ? 'unknown_run' : checkCursor(after, cursor)
  }

  return {
    async start(asked) {
      const request = sessions ? asked : { ...asked, sessionKey: undefined }
      const known = runOf(request.key)
      if (known) return join(request.key, known)
      const refusal = refusalOf(request)
      if (!refusal) return begin(request)
      // A run that is over can be followed whatever else is under way.
      const { status } = await journal.status(request.key)
      return status === 'unknown' ? { outcome: refusal } : { outcome: 'followed', view: view(request.key) }
    },
    check,
    async quiet({ key, sessionKey }, ms) {
      const answering = sessionKey === undefined ? undefined : conversations.answering(sessionKey)
      const ended = answering?.key === key ? undefined : live.get(answering?.key ?? '')?.ending.catch(() => {})
      if (ended) await within(ms, ended)
    },
    async follow(key, after) {
      const outcome = await check(key, after)
      return outcome === 'followed' ? { outcome, view: view(key, after) } : { outcome }
    },
    cancel: (key, cause, scope) => cancelRun({ journal, key, run: runOf(key), timestamp }, { cause, scope }),
    async status(key, hold) {
      if (shared) await revive(key, { runs: shared, hold })
      const { isAbandoned, ...status } = await journal.status(key)
      const ending = await unclosed.get(key)?.ending
      return ending ? { ...status, status: ending.outcome } : status
    },
    async answer(key, approvalId, answer) {
      const run = runOf(key)
      if (run) return run.desk.answer(approvalId, answer)
      const { status } = await journal.status(key)
      if (status === 'running') return shared ? answerElsewhere({ journal, shared, key }, approvalId, answer) : 'not_supported'
      if (status === 'unknown') return 'unknown_run'
      return (await wasAsked(journal, key, approvalId)) ? 'already_answered' : 'unknown_approval'
    },
    readConversation: conversations.read,
    forgetConversation: conversations.forget,
    async close(graceMs) {
      isClosing = true
      const endings = Promise.allSettled([...live.values()].map(({ ending }) => ending))
      await within(graceMs, endings)
      for (const [key, run] of live) {
        if (shared && run.isResumable) await shared.release(key).catch(onError)
        run.cancellation.cancel({ by: 'server', reason: 'The server is shutting down' })
      }
      await endings
    },
  }
}

const mostUnclosed = 1_000

function remember(unclosed: Map<string, LiveRun>, { key, run }: { readonly key: string; readonly run: LiveRun }): void {
  const [oldest] = unclosed.keys()
  if (unclosed.size >= mostUnclosed && oldest !== undefined) unclosed.delete(oldest)
  unclosed.set(key, run)
}

function tooLong(maxRunMs: number): CancelCause {
  return { by: 'timeout', reason: `The run took longer than ${maxRunMs} ms` }
}
