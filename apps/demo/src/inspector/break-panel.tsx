/** Breaks the stream while it flows, and tells what became of it. */
import type { AgentRun, RunState } from '@agentstream/client'
import { useRun } from '@agentstream/react'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useBreakages } from '../hooks/use-demo.ts'
import { type Breakage, breakageWords } from '../model/breakages.ts'
import type { OpenLine } from '../model/demo-client.ts'
import { postJson } from '../model/fetch-json.ts'
import { formatDuration } from '../model/format.ts'
import type { LineLog } from './line-log.ts'

export function BreakPanel({ run, log, line }: { run: AgentRun | undefined; log: LineLog; line: OpenLine }) {
  const breakages = useBreakages(line)
  const isLive = useRun(run, isStreaming)
  const breakIt = (how: Breakage) => {
    if (!run) return
    log.asked(breakageWords[how].asked)
    // Whether it worked shows in the stream; a server that cannot be asked shows there as well.
    postJson('/api/demo/break', { run_id: run.id, how }, { ask: line.ask }).catch(() => {})
  }
  return (
    <section aria-labelledby="inspector-break" className="break-panel">
      <h3 id="inspector-break">Break it</h3>
      <div className="break-buttons">
        {breakages.map((how) => (
          <button key={how} type="button" className="button" disabled={!isLive} onClick={() => breakIt(how)}>
            {breakageWords[how].button}
          </button>
        ))}
      </div>
      <Story log={log} />
      {isLive && line.isAddressable ? (
        <p>
          {/* The address names the run. */}
          <a href={window.location.href} target="_blank" rel="noopener">
            Follow this run in another tab
          </a>
        </p>
      ) : null}
    </section>
  )
}

function Story({ log }: { log: LineLog }) {
  const notes = useSyncExternalStore(log.subscribe, log.getSnapshot)
  const list = useRef<HTMLOListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest note is what one looks for.
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [notes])
  if (notes.length === 0) return <p className="muted">While an answer streams, these break it. What became of it is told here.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <ol ref={list} tabIndex={0} className="line-notes" aria-label="What happened to the connection">
      {notes.map(({ id, at, tone, words }) => (
        <li key={id} data-tone={tone}>
          <span className="line-time">{formatDuration(at)}</span>
          <span>{words}</span>
        </li>
      ))}
    </ol>
  )
}

function isStreaming({ status }: RunState): boolean {
  return status === 'streaming' || status === 'waiting'
}
