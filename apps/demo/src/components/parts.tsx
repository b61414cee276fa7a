import type { NotePart, Part } from '@agentstream/client'
import { Notes } from './notes.tsx'
import { PartView } from './part-view.tsx'

/** The parts of one loop in order; notes that follow each other stand together. */
export function Parts({ parts }: { parts: readonly Part[] }) {
  return parts.map((part, position) => {
    // biome-ignore-start lint/suspicious/noArrayIndexKey: parts are only ever appended, and have no id of their own.
    if (!isNote(part)) return <PartView key={position} part={part} />
    const before = parts[position - 1]
    return before && isNote(before) ? null : <Notes key={position} notes={notesFrom(parts, position)} />
    // biome-ignore-end lint/suspicious/noArrayIndexKey: see above.
  })
}

function isNote(part: Part): part is NotePart {
  return part.kind === 'thought' || part.kind === 'observation'
}

function notesFrom(parts: readonly Part[], start: number): readonly NotePart[] {
  const notes: NotePart[] = []
  for (const part of parts.slice(start)) {
    if (!isNote(part)) break
    notes.push(part)
  }
  return notes
}
