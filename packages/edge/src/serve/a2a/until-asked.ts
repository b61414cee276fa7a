/** A stream of A2A is over when its task is, or asks something: a view goes in, one that ends at a question comes out. */
import { type Entry, parseCursor } from '@agentstream/client/wire'
import type { JournalEntry } from '../../runs/journal.ts'
import type { RunEnd, RunView } from '../../runs/live-run.ts'

export interface AskedView {
  readonly view: RunView
  /** True for the question, by its id, that ends the view. */
  readonly isLast: (question: string) => boolean
}

export interface UntilAskedOptions {
  /** Up to this place the run is told again: whether its questions are answered is known only there. */
  readonly reached: number
  /** Whether a question that nobody has answered so far, asked at this place, is one to wait for. */
  readonly isOpen: (question: string, place: number) => boolean
}

/** The question is the whole end of its stream, which was not cut. */
const inOrder: RunEnd = { outcome: 'completed' }
const placeOf = ({ id }: Entry): number => parseCursor(id)?.seq ?? 0

/** Clients answer when their stream is over: one that stayed open would wait for them, and they for it. The run goes on for when they come back. */
export function untilAsked(view: RunView, { reached, isOpen }: UntilAskedOptions): AskedView {
  const questions = new Set<string>()
  let last: string | undefined

  /** Up to the last question that is open; undefined when there is none. */
  const upToQuestion = (entries: readonly JournalEntry[]): readonly JournalEntry[] | undefined => {
    for (const { event } of entries) {
      if (event.type === 'approval_request') questions.add(event.approval_id)
      else if (event.type === 'approval_response') questions.delete(event.approval_id)
    }
    const at = entries.findLastIndex(
      (entry) => entry.event.type === 'approval_request' && questions.has(entry.event.approval_id) && isOpen(entry.event.approval_id, placeOf(entry)),
    )
    return at < 0 ? undefined : entries.slice(0, at + 1)
  }
  async function* entries(...hold: Parameters<RunView['entries']>): AsyncGenerator<readonly JournalEntry[], void, undefined> {
    let past: readonly JournalEntry[] = []
    for await (const batch of view.entries(...hold)) {
      past = [...past, ...batch]
      const newest = past.at(-1)
      if (newest && placeOf(newest) < reached) continue
      const asking = upToQuestion(past)
      const asked = asking?.at(-1)?.event
      last = asked?.type === 'approval_request' ? asked.approval_id : undefined
      yield asking ?? past
      if (last) return
      past = []
    }
    if (past.length > 0) yield past
  }
  return {
    isLast: (question) => question === last,
    view: {
      entries,
      end: async () => (last ? inOrder : view.end()),
      close: (how) => view.close(last ? 'kept' : how),
    },
  }
}
