import type { Stage } from '../stage.ts'
import { type RunOutcome, watchEnding } from './ending.ts'
import { isMain } from './scope.ts'
import type { AgentEvent, EventOf } from './vocabulary.ts'

/** An event with its place in the journal. */
export interface Entry {
  readonly id: string
  readonly event: AgentEvent
}

/** How a run ended, for the last words on it. */
export interface Ending {
  readonly outcome: RunOutcome
  /** The event that ended it; undefined where its stream ended without one. */
  readonly event: AgentEvent | undefined
  /** What the agent gave, if it did. */
  readonly result: EventOf<'result'> | undefined
}

/** What one run is in the words of a protocol. */
export interface RunWords<Word> {
  /** Before everything else: with the first entry, or with the end of a run that had none. */
  begin?(first: Entry | undefined): readonly Word[]
  /** Every event but the one that ends the run. */
  tell(event: AgentEvent, isFirst: boolean): readonly Word[]
  end(ending: Ending): readonly Word[]
}

/** A run in those words, each of them written. Nothing is said of what comes after its end. */
export function writtenRun<Word, Out>({ begin, tell, end }: RunWords<Word>, write: (word: Word) => Out): Stage<Entry, Out> {
  const watch = watchEnding()
  let result: EventOf<'result'> | undefined
  let isBegun = false
  let isOver = false

  const told = (event: AgentEvent, isFirst: boolean): readonly Word[] => {
    watch.see(event)
    if (event.type === 'result' && isMain(event)) result = event
    return watch.isOver() ? ended(event) : tell(event, isFirst)
  }
  const ended = (event?: AgentEvent): readonly Word[] => {
    isOver = true
    return end({ outcome: watch.outcome({}), event, result })
  }
  const words = (entry?: Entry): readonly Out[] => {
    if (isOver) return []
    const isFirst = !isBegun
    isBegun = true
    const begun = (isFirst && begin?.(entry)) || []
    const rest = entry ? told(entry.event, isFirst) : ended()
    return (begun.length > 0 ? [...begun, ...rest] : rest).map(write)
  }
  return { push: words, end: () => words() }
}

/** What there is to say of a run that did not complete. */
export function failureOf(ending: Ending): string {
  const { event, result } = ending
  if (event?.type === 'error') return event.error
  if (event?.type === 'cancelled') return event.reason ?? 'The run was cancelled'
  return result?.reason ?? (failureCode(ending) === 'agent' ? 'The agent reported that it did not succeed' : 'The run ended before its answer did')
}

/** Who ended it: the agent, or whatever broke its stream off. */
export const failureCode = ({ event, result }: Ending): string => (event || result?.success === false ? 'agent' : 'interrupted')
