/** Parts as events, and what of an artifact is new. */
import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { eventIn, isRepetition, membersIn } from './own.ts'
import type { Artifact, Part } from './update.ts'

type FilePart = Extract<Part, { kind: 'file' }>

function fileEvent(part: FilePart): AgentEvent {
  const { url, bytes, mediaType = 'application/octet-stream', name } = part
  const file: EventOf<'file'> = {
    type: 'file',
    media_type: mediaType,
    ...(name === undefined ? {} : { name }),
    ...(url === undefined ? {} : { url }),
    ...(bytes === undefined ? {} : { data: bytes }),
  }
  const members = membersIn(part)
  return members ? parseEvent({ ...file, ...members, type: 'file' }) : file
}

function textEvents(part: Part, content: string): AgentEvent[] {
  const members = membersIn(part)
  if (members) return [parseEvent({ ...members, type: 'token', content })]
  return content === '' ? [] : [{ type: 'token', content }]
}

/** `name` says what a data part is, for those who look for it among the custom events. */
export function partEvents(part: Part, name = 'data'): AgentEvent[] {
  if (isRepetition(part)) return []
  const own = eventIn(part)
  if (own) return [own]
  switch (part.kind) {
    case 'text':
      return textEvents(part, part.text)
    case 'data':
      return [{ type: 'custom', name, data: part.data }]
    case 'file':
      return [fileEvent(part)]
    case 'unknown':
      return [{ type: 'custom', name: 'part', data: part.value }]
  }
}

export function textOf(parts: readonly Part[]): string {
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
      const text = textOf(parts)
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
