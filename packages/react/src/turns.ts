/** The turns of one `useAgentStream`: what was asked, and the run that answers. React is told, and knows nothing of this. */
import type { AgentClient, AgentEvent, AgentRun, ApprovalAnswer, CancelOptions, CancelReceipt, ModelParameters, RunInput, RunState } from '@agentstream/client'
import type { QueryClient } from '@tanstack/react-query'
import { type ReleasePolicy, release } from './run-entry.ts'
import { mutateWhileLive } from './run-mutation.ts'
import { nothingAsked, type RunView } from './run-view.ts'

/** Something that was asked, and the run that answers it: show it with `useRun(turn.run, …)`. */
export interface Turn {
  /** Stays when the turn is regenerated: a key for rendering. */
  readonly id: string
  readonly input: RunInput
  /** What it alone was sent with. */
  readonly options: TurnOptions
  readonly run: AgentRun
}

/** What the next turns are sent with, and what becomes of their runs. */
export interface AgentStreamOptions {
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
  /**
   * The conversation on the server that turns belong to: it remembers what was said, so that only the new message travels. As
   * hard to guess as a run id, and made once: `useState(() => crypto.randomUUID())`, for example. Each agent remembers its own part
   * of it. A task that names a session itself keeps it.
   */
  readonly sessionId?: string | undefined
  readonly parameters?: ModelParameters | undefined
  /** Sees every event before it is shown. What it throws stops the run, and reaches the MutationCache's `onError`. */
  readonly onEvent?: ((event: AgentEvent) => void) | undefined
  /** Called once for each run that has ended, however it ended; not for runs that were released because the component left. */
  readonly onFinish?: ((state: RunState, turn: Turn) => void) | undefined
  /**
   * What becomes of live runs when the component leaves. `cancel`, the default, stops them on the server: the turns go with
   * the component, so a run left alone would cost money that nobody sees spent and nobody can stop. `detach` only stops
   * watching: for runs whose work matters more than their words, and that something else picks up by `run.id`.
   */
  readonly onUnmount?: 'cancel' | 'detach' | undefined
  /** What becomes of live runs when the page is left for good; see `RunOptions.onPageHide`. `leave` by default. */
  readonly onPageHide?: 'cancel' | 'leave' | undefined
}

/** What one turn is sent with in place of what the hook was given: for a picker beside the input. */
export type TurnOptions = Pick<AgentStreamOptions, 'agent' | 'parameters'>

/** What a new turn is made with, asked for at each one. */
export interface TurnSettings extends AgentStreamOptions {
  readonly client: AgentClient
  readonly queryClient: QueryClient
}

/** `run`, `state` and what follows from it are those of the last turn. */
export interface AgentStream extends RunView {
  /** Oldest first. They keep their text and their state, however their runs ended. */
  readonly turns: readonly Turn[]
  /**
   * Starts a run at once and returns it. A run that is still live goes on as its own turn; `stop` it first where that is not wanted.
   * `options` are this turn's alone.
   */
  send(input: RunInput, options?: TurnOptions): AgentRun
  /**
   * Shows a run that exists on the server as a turn: one that was under way when the page was loaded anew, or that another page
   * started. `input` is what it was asked, and `options` what with, for display and for `regenerate`. A run that is shown already is
   * not added again.
   */
  attach(runId: string, input: RunInput, options?: TurnOptions): AgentRun
  /** Stops the last turn's run on the server and says how that went. Never rejects; with nothing sent it is `already_finished`. */
  cancel(options?: CancelOptions): Promise<CancelReceipt>
  /** `cancel` for those who do not ask how it went. */
  stop(): void
  /**
   * Answers an approval request of any turn. Rejects with an AgentStreamError when the answer does not count: HttpError 409 when it
   * was answered before or its time was up, 404 when nobody asked.
   */
  respond(approvalId: string, answer: ApprovalAnswer): Promise<void>
  /**
   * Runs the last turn's input again in its place, stopping its run if that is live. Nothing when nothing was sent. It is sent with
   * what the hook is given now, and with what the turn alone was sent with. In a conversation the server remembers an answer that
   * had completed, and is asked once more.
   */
  regenerate(): AgentRun | undefined
  /** The same with other options, which the turn then has. */
  regenerate(options: TurnOptions): AgentRun | undefined
  /** Stops every live run and forgets the turns. */
  reset(): void
}

/** What is done with turns, and for how long. */
export interface Turns extends Omit<AgentStream, 'turns' | keyof RunView> {
  getTurns(): readonly Turn[]
  /** Says that a component shows the turns, and how it is told of others. Returns the way to say that it has left. */
  hold(show: () => void): () => void
}

interface Asked extends Pick<Turn, 'input' | 'options'> {
  readonly id?: string
}

export function createTurns(settings: () => TurnSettings): Turns {
  let turns: readonly Turn[] = []
  let holder: (() => void) | undefined
  let hasLeft = false

  const put = (next: readonly Turn[]): void => {
    turns = next
    holder?.()
  }
  const onEvent = (event: AgentEvent): void => {
    if (!hasLeft) settings().onEvent?.(event)
  }
  const add = (turn: Turn, before: readonly Turn[]): AgentRun => {
    const { queryClient, agent } = { ...settings(), ...turn.options }
    const { run } = turn
    mutateWhileLive(queryClient, run, { agent, onFinish: () => hasLeft || settings().onFinish?.(run.getSnapshot(), turn) })
    put([...before, turn])
    return run
  }
  const start = ({ input, options, id }: Asked, before: readonly Turn[]): AgentRun => {
    const { client, sessionId, agent, parameters, onUnmount, onPageHide } = settings()
    // Nobody is left to see or stop a run that is sent after the component has gone.
    const signal = hasLeft && onUnmount !== 'detach' ? AbortSignal.abort() : undefined
    const run = client.run(inSession(input, sessionId), { agent, parameters, ...options, onPageHide, signal, onEvent })
    return add({ id: id ?? run.id, input, options, run }, before)
  }
  const releaseAll = (policy: ReleasePolicy): void => {
    for (const turn of turns) release(turn.run, policy)
  }
  const leave = (): void => {
    if (holder) return
    hasLeft = true
    releaseAll(settings().onUnmount ?? 'cancel')
  }
  return {
    send: (input, options = {}) => start({ input, options: given(options) }, turns),
    attach(runId, input, options = {}) {
      const shown = turns.find(({ run }) => run.id === runId)
      return shown ? shown.run : add({ id: runId, input, options: given(options), run: settings().client.attach(runId, { onEvent }) }, turns)
    },
    cancel: (options) => turns.at(-1)?.run.cancel(options) ?? Promise.resolve({ outcome: 'already_finished' }),
    stop() {
      const last = turns.at(-1)
      if (last) release(last.run, 'cancel')
    },
    respond(approvalId, answer) {
      // An earlier turn may still be waiting for its own answer.
      const asking = turns.findLast(({ run }) => run.getSnapshot().approvals.some(({ id }) => id === approvalId)) ?? turns.at(-1)
      return asking?.run.respond(approvalId, answer) ?? Promise.reject(nothingAsked())
    },
    regenerate(options: TurnOptions = {}) {
      const last = turns.at(-1)
      if (!last) return undefined
      release(last.run, 'cancel')
      return start({ ...last, options: { ...last.options, ...given(options) } }, turns.slice(0, -1))
    },
    reset() {
      releaseAll('cancel')
      put([])
    },
    getTurns: () => turns,
    hold(show) {
      holder = show
      hasLeft = false
      return () => {
        holder = undefined
        // StrictMode and fast refresh take a component away and bring it back in the same task: that is not leaving.
        queueMicrotask(leave)
      }
    },
  }
}

/** These two where they are given, and nothing else: the event of a button whose `onClick` is `regenerate` names neither. */
function given({ agent, parameters }: TurnOptions): TurnOptions {
  return { ...(agent === undefined ? {} : { agent }), ...(parameters === undefined ? {} : { parameters }) }
}

/** A task that names a session itself keeps it. */
function inSession(input: RunInput, sessionId: string | undefined): RunInput {
  if (sessionId === undefined) return input
  return typeof input === 'string' ? { description: input, sessionId } : { sessionId, ...input }
}
