import { linkedAbort, switchOf } from '../abort.ts'

/** The parts of a run that can be stopped alone: a tool call by its call id, a DAWP run by its run id. */
export interface Scopes {
  /**
   * Something begins that may be stopped under this id. The function that comes back is told when it is over: `stopped` when
   * that was because of `stop`. More than one may have the same id; they are stopped together.
   */
  open(id: string, stop: (reason?: string) => void): (end: ScopeEnd) => void
}

export type ScopeEnd = 'stopped' | 'ended'

export interface OpenScope {
  /** Aborts with what it is part of, and when it is stopped alone. */
  readonly signal: AbortSignal
  /** What people and the model are told when it was stopped alone; undefined while it was not, and when all of the run is stopped. */
  stopped(): string | undefined
  close(end: ScopeEnd): void
}

export interface ScopeOptions {
  readonly scopes: Scopes | undefined
  readonly id: string
  /** Of what it is part of. */
  readonly signal: AbortSignal
}

export function openScope({ scopes, id, signal }: ScopeOptions): OpenScope {
  const work = linkedAbort(signal)
  const abort = switchOf((reason: DOMException) => work.abort(reason))
  let said: string | undefined
  const over = scopes?.open(id, (reason) => {
    said ??= `cancelled by the user${reason ? `: ${reason}` : ''}`
    abort(new DOMException('This part of the run was cancelled', 'AbortError'))
  })
  return {
    signal: work.signal,
    stopped: () => (signal.aborted ? undefined : said),
    close(end) {
      work.release()
      over?.(end)
    },
  }
}
