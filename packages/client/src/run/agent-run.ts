/** A live run: it starts at once, folds into state, and goes on while nobody listens. */
import { linkedController, sleep } from '../abort.ts'
import type { AgentStreamError } from '../errors.ts'
import type { RunOutcome } from '../wire/events/ending.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import type { OpenStreamOptions } from './open-stream.ts'
import { onPage } from './page-life.ts'
import type { StreamEnding } from './receive.ts'
import type { Schedule } from './schedule.ts'
import { selectText } from './select.ts'
import type { RunState } from './state.ts'
import { createRunStore } from './store.ts'

/** How much is stopped, and why. */
export interface CancelOptions {
  /** Stops only this, and the run goes on: a tool call by its call id, a DAWP run by its run id. */
  readonly scope?: string
  /** Shown to whoever follows the run, and told to the model where the run goes on. */
  readonly reason?: string
}

/**
 * `unknown_run`: the server does not know it (any more), or nothing in it has had the id of the scope so far. `not_supported`:
 * it has no way to cancel, or went on all the same; `unreachable`: it could not be asked. In these cases the stream was closed here, which is all that can
 * be done; where only a part was to stop, the run goes on as it was.
 */
export interface CancelReceipt {
  readonly outcome: 'cancelled' | 'already_finished' | 'unknown_run' | 'not_supported' | 'unreachable'
}

/** A person's word on an approval request. `reason` is shown, and told to the model. */
export interface ApprovalAnswer {
  readonly approved: boolean
  readonly reason?: string
}

/** How a run ended, and all it said. */
export interface RunResult {
  readonly status: RunOutcome
  /** The agent's final answer, as it gave it. */
  readonly output: unknown
  /** All text of the main loop. */
  readonly text: string
  readonly state: RunState
}

/** Iterating gives the events from now on; a consumer more than 10,000 events behind gets a LimitError. */
export interface AgentRun extends AsyncIterable<AgentEvent> {
  readonly id: string
  /** Calls back after every publish, at most once per frame. Returns the way to stop that. */
  subscribe(listener: () => void): () => void
  /** The state as last published: the same object until something changed. */
  getSnapshot(): RunState
  /** What broke the stream, once it has. */
  readonly error: AgentStreamError | undefined
  /**
   * Resolves when the run has ended, also when it failed or was cancelled. Rejects with an AgentStreamError when the stream
   * broke: a truncated run rejects with StreamInterruptedError, which holds the text that had arrived.
   */
  result(): Promise<RunResult>
  /**
   * Stops the run on the server, and with it the model and the tools; with a `scope`, that tool call or DAWP run alone. Never
   * rejects; whoever stops the run a second time gets the same receipt.
   */
  cancel(options?: CancelOptions): Promise<CancelReceipt>
  /** Stops watching. The run goes on where the server lets it; what is shown here stays as it is, `truncated`. */
  detach(): void
  /**
   * Answers an approval request of this run. Rejects with an AgentStreamError when the answer does not count: HttpError 409
   * when it was answered before, its time was up or the run is over, 404 when the run asked no such question.
   */
  respond(approvalId: string, answer: ApprovalAnswer): Promise<void>
}

export interface AgentRunOptions {
  readonly id: string
  readonly open: (options: Pick<OpenStreamOptions, 'signal' | 'onEvent' | 'onConnection'>) => Promise<StreamEnding>
  readonly cancel: (options?: CancelOptions) => Promise<CancelReceipt>
  readonly respond: AgentRun['respond']
  readonly schedule: Schedule
  readonly now: () => number
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
  readonly onPageHide?: 'cancel' | 'leave' | undefined
  readonly onEvent?: ((event: AgentEvent) => void) | undefined
}

const queuedEvents = 10_000
/** How long a server may take to stop a run and say so, before the stream is closed here. */
const cancelGraceMs = 2000

export function createAgentRun(options: AgentRunOptions): AgentRun {
  const { id } = options
  const store = createRunStore(id, options)
  const queues = new Set<EventQueue>()
  const { controller, expired, release } = linkedController(options.signal, options.timeoutMs)
  /** A run that was stopped before it began is unknown to the server. */
  const wasAborted = controller.signal.aborted
  let isDetached = false
  /** What the caller's own callback threw. */
  let thrown: { readonly cause: unknown } | undefined
  let receipt: Promise<CancelReceipt> | undefined

  const isOver = (): boolean => store.getSnapshot().timing.endedAt !== undefined
  const tell = (event: AgentEvent, at: number): void => {
    store.dispatch(event, at)
    if (queues.size > 0) for (const queue of queues) queue.push(event)
    if (!options.onEvent) return
    try {
      options.onEvent(event)
    } catch (cause) {
      thrown = { cause }
      controller.abort(cause)
      throw cause
    }
  }
  const stay = options.onPageHide === 'cancel' ? onPage('pagehide', () => (receipt ??= options.cancel({ reason: 'The page was left' }))) : () => {}
  const finished = options.open({ signal: controller.signal, onEvent: tell, onConnection: store.connection }).then((ending) => {
    stay()
    release()
    const isStopped = ending.outcome === 'cancelled' && controller.signal.aborted
    if (isStopped && !wasAborted && !isDetached && !receipt) receipt = options.cancel()
    const error = expired() ?? ending.error
    run.error = error
    store.end({ ...ending, outcome: isStopped && (isDetached || error) ? 'truncated' : ending.outcome }, error)
    for (const queue of queues) queue.close()
    return ending
  })

  async function cancel(how?: CancelOptions): Promise<CancelReceipt> {
    const asked = options.cancel(how)
    const answer = await Promise.race([asked, sleep(cancelGraceMs, controller.signal)])
    // A server that stopped the run says so in the stream itself, if there is one; one that had finished is about to.
    const isTold = store.getSnapshot().connection.phase === 'open'
    if (isTold && answer && (answer.outcome === 'cancelled' || answer.outcome === 'already_finished'))
      await Promise.race([finished, sleep(cancelGraceMs, controller.signal)])
    controller.abort()
    await finished
    return asked
  }

  // No accessor: an object with one is kept, and its run with it, until the engine collects all its garbage.
  const run: AgentRun & { error: AgentStreamError | undefined } = {
    id,
    error: undefined,
    subscribe: store.subscribe,
    getSnapshot: store.getSnapshot,
    respond: options.respond,
    async result() {
      await finished
      if (thrown) throw thrown.cause
      if (run.error) throw run.error
      const state = store.getSnapshot()
      return { status: state.status as RunOutcome, output: state.output, text: selectText(state), state } // The run has ended.
    },
    cancel(how) {
      if (how?.scope !== undefined && !isOver()) return options.cancel(how)
      receipt ??= isOver() ? Promise.resolve({ outcome: 'already_finished' }) : cancel(how)
      return receipt
    },
    detach() {
      isDetached = true
      controller.abort()
    },
    async *[Symbol.asyncIterator]() {
      const queue = createEventQueue(queuedEvents)
      if (isOver()) return
      queues.add(queue)
      try {
        for await (const batch of queue.batches()) yield* batch
      } finally {
        queues.delete(queue)
      }
    },
  }
  return run
}
