/** What the agent stated about its own reasoning. It repeats what text and tools already show, so it is folded away. */
import type { NotePart } from '@agentstream/client'
import { formatCount } from '../model/format.ts'
import { Folded } from './folded.tsx'

export function Notes({ notes }: { notes: readonly NotePart[] }) {
  return (
    <Folded summary={`Reasoning, ${formatCount(notes.length, 'step')}`}>
      <dl className="notes">
        {notes.map((note, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: notes are only ever appended.
          <div key={position}>
            <dt>{note.kind}</dt>
            <dd>{note.text.length > longestNote ? `${note.text.slice(0, longestNote)}…` : note.text}</dd>
          </div>
        ))}
      </dl>
    </Folded>
  )
}

const longestNote = 600
