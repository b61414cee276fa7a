/** Pieces of an answer come by the thousand: an update that adds one token to an artifact, and says nothing else. */
import type { EventOf } from '../../events/vocabulary.ts'
import { partEvents } from './parts.ts'
import type { Update } from './update.ts'

export interface Piece {
  readonly kind: 'piece'
  readonly taskId: string
  readonly contextId: string
  readonly artifactId: string
  readonly token: EventOf<'token'>
}

export function pieceOf(update: Update): Piece | undefined {
  if (update.kind !== 'artifact' || !update.append || update.artifact.parts.length !== 1) return undefined
  const { taskId, contextId, artifact } = update
  const [token] = artifact.parts.flatMap((part) => (part.kind === 'text' ? partEvents(part) : []))
  return token?.type === 'token' ? { kind: 'piece', taskId, contextId, artifactId: artifact.artifactId, token } : undefined
}

/** All that differs from one piece to the next is a text, and perhaps its time. */
export function variablesOf({ token: { content, timestamp } }: Piece): readonly string[] {
  return typeof timestamp === 'string' ? [content, timestamp] : [content]
}

/** The piece with other texts in the place of those. Undefined for an empty text, which may be no piece. */
export function withVariables(piece: Piece, [content, timestamp]: readonly unknown[]): Piece | undefined {
  if (typeof content !== 'string' || content === '') return undefined
  const { kind, taskId, contextId, artifactId, token } = piece
  return { kind, taskId, contextId, artifactId, token: typeof timestamp === 'string' ? { ...token, content, timestamp } : { ...token, content } }
}
