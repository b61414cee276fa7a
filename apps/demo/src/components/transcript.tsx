/** The conversation, as a log that follows its end until the reader scrolls away. */
import type { RunInput } from '@agentstream/client'
import type { Turn } from '@agentstream/react'
import { memo, type ReactNode, useEffect } from 'react'
import { useStickToBottom } from '../hooks/use-stick-to-bottom.ts'
import type { Receipt } from '../model/outcome.ts'
import { ArrowDownIcon } from './icons.tsx'
import type { RunActions } from './run-status.tsx'
import { RunView } from './run-view.tsx'

export interface TranscriptProps {
  readonly turns: readonly Turn[]
  readonly receipts: Readonly<Record<string, Receipt>>
  readonly again: () => void
  readonly edit: ((question: string) => void) | undefined
  /** How a question is shown. */
  readonly wordsOf: (question: string) => string
  readonly welcome: ReactNode
}

export function Transcript({ turns, receipts, again, edit, wordsOf, welcome }: TranscriptProps) {
  const { box, content, isAtBottom, toBottom } = useStickToBottom()
  const newest = turns.at(-1)?.id
  useEffect(() => {
    // Whoever asks wants to see the answer, wherever they had scrolled to.
    if (newest !== undefined) toBottom()
  }, [newest, toBottom])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take focus, or the keyboard cannot scroll it.
    <div className="transcript" ref={box} role="log" aria-live="off" aria-label="Conversation" tabIndex={0}>
      <div className="transcript-content" ref={content}>
        {turns.length === 0 ? welcome : null}
        {turns.map((turn) => (
          <TurnView key={turn.id} turn={turn} receipt={receipts[turn.run.id]} again={turn.id === newest ? again : undefined} edit={edit} wordsOf={wordsOf} />
        ))}
      </div>
      {isAtBottom || newest === undefined ? null : (
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
