import type { FilePart, NotePart, Part, SourcePart, ThinkingPart } from '@agentstream/client'
import { memo } from 'react'
import { safeLink } from '../markdown/safe-link.ts'
import { StreamingMarkdown } from '../markdown/streaming-markdown.tsx'
import { formatCount } from '../model/format.ts'
import { Folded } from './folded.tsx'
import { ToolCard } from './tool-card.tsx'

/** One part of a run. Rendered again only when that very part changed. */
export const PartView = memo(function PartView({ part }: { part: Exclude<Part, NotePart> }) {
  switch (part.kind) {
    case 'text':
      return part.text.trim() === '' ? null : <StreamingMarkdown text={part.text} open={part.open} />
    case 'thinking':
      return <Thinking part={part} />
    case 'tool':
      return <ToolCard part={part} />
    case 'source':
      return <Source part={part} />
    case 'file':
      return <File part={part} />
  }
})

/** Folded away: it is the model's scratch paper, not its answer. */
function Thinking({ part }: { part: ThinkingPart }) {
  return (
    <Folded summary={part.open ? <span className="working">Thinking</span> : `Thought, ${formatCount(part.text.length, 'character')}`}>
      <p>{part.text}</p>
    </Folded>
  )
}

function Source({ part }: { part: SourcePart }) {
  const link = safeLink(part.url)
  const title = part.title ?? part.sourceId
  return (
    <p className="note">
      <span className="note-kind">Source</span>{' '}
      {link ? (
        <a href={link.href} target="_blank" rel="noopener noreferrer nofollow" referrerPolicy="no-referrer">
          <bdi>{title}</bdi> <span className="md-target">({link.target})</span>
        </a>
      ) : (
        title
      )}
    </p>
  )
}

/** Named, never loaded: see the images of `markdown/elements.tsx`. */
function File({ part }: { part: FilePart }) {
  return (
    <p className="note">
      <span className="note-kind">File</span> {part.name ?? 'without a name'} <span className="muted">({part.mediaType})</span>
    </p>
  )
}
