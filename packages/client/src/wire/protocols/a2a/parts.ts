/** Parts as events, and what of an artifact is new. */
import { parseEvent } from '../../events/parse.ts'
import { custom } from '../../events/told-run.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { given } from '../../json.ts'
import { eventIn, isRepetition, membersIn } from './own.ts'
import type { Artifact, Part } from './update.ts'

type FilePart = Extract<Part, { kind: 'file' }>

/** The event of a part, with the members that the part has no place for. */
function withMembers(event: AgentEvent, part: Part): AgentEvent {
  const members = membersIn(part)
  return members ? parseEvent({ ...members, ...event }) : event
}

function fileEvent({ url, bytes: data, mediaType: media_type = 'application/octet-stream', name }: FilePart): EventOf<'file'> {
  return { type: 'file', media_type, ...given({ name, url, data }) }
}

/** `name` says what a data part is, for those who look for it among the custom events. */
export function partEvents(part: Part, name = 'data'): AgentEvent[] {
  if (isRepetition(part)) return []
  const own = eventIn(part)
  if (own) return [own]
  switch (part.kind) {
    case 'text':
      return part.text === '' && !membersIn(part) ? [] : [withMembers({ type: 'token', content: part.text }, part)]
    case 'data':
      return [custom(name, part.data)]
    case 'file':
      return [withMembers(fileEvent(part), part)]
    case 'unknown':
      return [custom('part', part.value)]
  }
}

export function textIn(parts: readonly Part[]): string {
  return parts.reduce((text, part) => (part.kind === 'text' ? text + part.text : text), '')
}

export interface Artifacts {
  /** Takes note of a piece of text that was told. */
  add(artifactId: string, text: string): void
  /** What an artifact adds. One that is sent again as a whole, as a snapshot or at the end, adds only what it did not have. */
  tell(artifact: Artifact, options: { readonly append: boolean }): AgentEvent[]
}

export function createArtifacts(): Artifacts {
  const told = new Map<string, { text: string; others: number }>()
  const seenOf = (artifactId: string) => {
    const seen = told.get(artifactId) ?? { text: '', others: 0 }
    told.set(artifactId, seen)
    return seen
  }
  return {
    add(artifactId, text) {
      seenOf(artifactId).text += text
    },
    tell({ artifactId, name, parts }, { append }) {
      const seen = seenOf(artifactId)
      const text = textIn(parts)
      const others = parts.filter(({ kind }) => kind !== 'text').length
      if (append) {
        seen.text += text
        seen.others += others
        return parts.flatMap((part) => partEvents(part, name))
      }
      let known = text.startsWith(seen.text) ? seen.text.length : 0
      let knownOthers = seen.others
      seen.text = text
      seen.others = Math.max(others, seen.others)
      return parts.flatMap((part) => {
        if (part.kind !== 'text') return knownOthers-- > 0 ? [] : partEvents(part, name)
        const skipped = Math.min(known, part.text.length)
        known -= skipped
        return skipped === 0 ? partEvents(part, name) : partEvents({ ...part, text: part.text.slice(skipped) }, name)
      })
    },
  }
}
