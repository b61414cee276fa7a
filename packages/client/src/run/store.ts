import { type AgentStreamError, HttpError, StreamInterruptedError } from '../errors.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'
import { given } from '../wire/json.ts'
import { endRun, type StreamEnd } from './cases/ending.ts'
import { createDraft, setConnection, snapshot } from './draft.ts'
import { fold } from './reduce.ts'
import type { Schedule } from './schedule.ts'
import { selectText } from './select.ts'
import { type ConnectionPhase, initialRunState, type RunFailure, type RunState } from './state.ts'

export interface RunStore {
  /** `at` is milliseconds on the run's clock. */
  dispatch(event: AgentEvent, at: number): void
  connection(phase: ConnectionPhase, attempt: number, cursor?: string, heldMs?: number): void
  /** `error` is what broke the stream, if something did; an interruption gets the text that had arrived. */
  end(end: Omit<StreamEnd, 'failure'>, error?: AgentStreamError): void
  subscribe(listener: () => void): () => void
  getSnapshot(): RunState
}

/**
 * Keeps the draft that is folded apart from the snapshot that is shown. The start, the first event and the end are published at once,
 * everything between by the schedule, so that listeners hear of a thousand tokens once a frame.
 */
export function createRunStore(id: string, options: { schedule: Schedule; now: () => number }): RunStore {
  const { schedule, now } = options
  const draft = createDraft(initialRunState(id))
  const listeners = new Set<() => void>()
  let published = snapshot(draft)
  let cancelScheduled: (() => void) | undefined

  const publish = (): void => {
    cancelScheduled?.()
    cancelScheduled = undefined
    const state = snapshot(draft)
    if (state === published) return
    published = state
    for (const listener of listeners) listener()
  }
  const soon = (): void => {
    if (cancelScheduled) return
    // A schedule that publishes at once has done so before it hands back its cancel; nothing is waiting then.
    cancelScheduled = () => {}
    const cancel = schedule(publish)
    if (cancelScheduled) cancelScheduled = cancel
  }
  return {
    dispatch(event, at) {
      const isFirst = draft.counts.events === 0
      const wasEnded = draft.ended
      fold(draft, event, at)
      if (isFirst || draft.ended !== wasEnded) publish()
      else soon()
    },
    connection(phase, attempt, cursor, heldMs) {
      setConnection(draft, { phase, attempt, ...given({ cursor, isBuffered: heldMs ? true : undefined }) })
      // A run that was started never shows itself as idle.
      if (published.status === 'idle') publish()
      else soon()
    },
    end(end, error) {
      endRun(draft, { ...end, failure: error && failureOf(error, draft.counts.events === 0 ? 'connect' : 'stream') }, now())
      // From all that was folded: what was published last may be a frame behind.
      if (error instanceof StreamInterruptedError) error.partialResponse = selectText(snapshot(draft))
      publish()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => published,
  }
}

function failureOf(error: AgentStreamError, phase: RunFailure['phase']): RunFailure {
  const { code, message, retryable, cause } = error
  const answer = error instanceof HttpError ? error : cause
  const told = answer instanceof HttpError && given({ status: answer.status, retryAfterMs: answer.retryAfterMs })
  return { code, phase, message, retryable, ...told }
}
