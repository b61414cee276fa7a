/** What was said before the page was loaded, as the server remembers it: words and calls, without how they came about. */
import type { PastToolCall } from '@agentstream/client'
import { memo } from 'react'
import { StreamingMarkdown } from '../markdown/streaming-markdown.tsx'
import { type EarlierTurn, wordsOf } from '../model/earlier-turns.ts'
import { formatMembers, formatValue } from '../model/format.ts'
import { Clamp } from './clamp.tsx'
import { CopyButton } from './copy-button.tsx'
import { MemoryIcon, ToolIcon } from './icons.tsx'

export function EarlierTurns({ turns }: { turns: readonly EarlierTurn[] }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: what was said before does not change.
  return turns.map((turn, position) => <EarlierTurnView key={position} turn={turn} />)
}

const EarlierTurnView = memo(function EarlierTurnView({ turn }: { turn: EarlierTurn }) {
  const words = wordsOf(turn)
  return (
    <article className="turn" aria-label="Earlier turn">
      <h2 className="question">
        <span className="visually-hidden">You asked earlier: </span>
        {turn.question}
      </h2>
      <div className="run" data-status="earlier">
        <div className="round">
          {turn.answer.map(
            (part, position) =>
              // biome-ignore-start lint/suspicious/noArrayIndexKey: see above.
              part.kind === 'text' ? <StreamingMarkdown key={position} text={part.text} open={false} /> : <EarlierCall key={position} call={part.call} />,
            // biome-ignore-end lint/suspicious/noArrayIndexKey: see above.
          )}
        </div>
        <footer className="run-status">
          <span className="rail-node" aria-hidden="true">
            <MemoryIcon />
          </span>
          <div className="run-words">
            <strong>Earlier</strong>
            <span className="run-detail">As the server remembers it.</span>
          </div>
          {words === '' ? null : (
            <div className="run-actions">
              <CopyButton text={words} what="earlier answer" />
            </div>
          )}
        </footer>
      </div>
    </article>
  )
})

/** Whether it went well is in what it answered: no more than that is remembered. */
function EarlierCall({ call: { toolName, argumentsText, result } }: { call: PastToolCall }) {
  const text = readable(argumentsText, formatMembers)
  return (
    <article className="tool-card" aria-label={`Earlier tool call ${toolName}`}>
      <header className="tool-head">
        <ToolIcon />
        <span className="tool-name">{toolName}</span>
        <span className="tool-status">{result === undefined ? 'no answer' : 'answered'}</span>
      </header>
      <div className="tool-body">
        <span className="tool-label">Arguments</span>
        {text === '' || text === '{}' ? <span className="tool-none">none</span> : <Clamp text={text} label={`Arguments of ${toolName}`} />}
        {result === undefined ? null : (
          <>
            <span className="tool-label">Result</span>
            <Clamp text={readable(result, formatValue)} label={`Result of ${toolName}`} />
          </>
        )}
      </div>
    </article>
  )
}

function readable(text: string, format: (value: unknown) => string): string {
  try {
    return format(JSON.parse(text))
  } catch {
    return text // Words, and no JSON.
  }
}
