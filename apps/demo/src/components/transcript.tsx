/** The conversation, as a log that follows its end until the reader scrolls away. */
import type { RunInput } from '@agentstream/client'
import type { Turn } from '@agentstream/react'
import { memo, type ReactNode, useEffect } from 'react'
import { useStickToBottom } from '../hooks/use-stick-to-bottom.ts'
import type { EarlierTurn } from '../model/earlier-turns.ts'
import type { Receipt } from '../model/outcome.ts'
import { EarlierTurns } from './earlier-turns.tsx'
import { ArrowDownIcon } from './icons.tsx'
import type { RunActions } from './run-status.tsx'
import { RunView } from './run-view.tsx'
import { StartAfresh } from './start-afresh.tsx'

export interface TranscriptProps {
  /** What was said before the page was loaded. */
  readonly earlier: readonly EarlierTurn[]
  readonly turns: readonly Turn[]
  readonly receipts: Readonly<Record<string, Receipt>>
  readonly again: () => void
  /** Undefined while an answer is on its way, and where there is no conversation to leave. */
  readonly startAfresh: (() => void) | undefined
  readonly edit: ((question: string) => void) | undefined
  /** How a question is shown. */
  readonly wordsOf: (question: string) => string
  /** In the place of a conversation that has not begun. */
  readonly welcome: ReactNode
}

export function Transcript({ earlier, turns, receipts, again, startAfresh, edit, wordsOf, welcome }: TranscriptProps) {
  const { box, content, isAtBottom, toBottom } = useStickToBottom()
  const newest = turns.at(-1)?.id
  const { length } = earlier
  const isEmpty = turns.length + length === 0
  useEffect(() => {
    // Whoever asks wants to see the answer, wherever they had scrolled to; whoever comes back, what was said last.
    if (newest !== undefined || length > 0) toBottom()
  }, [newest, length, toBottom])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take focus, or the keyboard cannot scroll it.
    <div className="transcript" ref={box} role="log" aria-live="off" aria-label="Conversation" tabIndex={0}>
      <div className="transcript-content" ref={content}>
        {isEmpty ? welcome : null}
        <EarlierTurns turns={earlier} />
        {turns.map((turn) => (
          <TurnView key={turn.id} turn={turn} receipt={receipts[turn.run.id]} again={turn.id === newest ? again : undefined} edit={edit} wordsOf={wordsOf} />
        ))}
        {isEmpty || startAfresh === undefined ? null : <StartAfresh onStart={startAfresh} />}
      </div>
      {isAtBottom || isEmpty ? null : (
        <button type="button" className="button to-bottom" onClick={toBottom}>
          <ArrowDownIcon /> Newest
        </button>
      )}
    </div>
  )
}

interface TurnViewProps {
  readonly turn: Turn
  readonly receipt: Receipt | undefined
  readonly again: (() => void) | undefined
  readonly edit: ((question: string) => void) | undefined
  readonly wordsOf: (question: string) => string
}

const TurnView = memo(function TurnView({ turn, receipt, again, edit, wordsOf }: TurnViewProps) {
  const question = questionOf(turn.input)
  const actions: RunActions = { again, edit: again && edit && (() => edit(question)) }
  return (
    <article className="turn" aria-label="Question and answer">
      <h2 className="question">
        <span className="visually-hidden">You asked: </span>
        {wordsOf(question)}
      </h2>
      <RunView run={turn.run} receipt={receipt} actions={actions} />
    </article>
  )
})

function questionOf(input: RunInput): string {
  return typeof input === 'string' ? input : input.description
}
