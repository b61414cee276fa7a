/** Pieces of an answer come by the thousand, and all that differs from one to the next is a text and perhaps its time. */
import { membersIn, metadataWith } from './own.ts'
import type { Part, Update } from './update.ts'

/** The part of an update that is one piece of text and nothing else. */
function pieceOf(update: Update): Extract<Part, { kind: 'text' }> | undefined {
  if (update.kind !== 'artifact' || update.artifact.parts.length !== 1) return undefined
  const [part] = update.artifact.parts
  return part?.kind === 'text' ? part : undefined
}

export function variablesOf(update: Update): readonly string[] {
  const piece = pieceOf(update)
  if (!piece) return []
  const timestamp = membersIn(piece)?.['timestamp']
  return typeof timestamp === 'string' ? [piece.text, timestamp] : [piece.text]
}

/** The update with other texts in the place of those. */
export function withVariables(update: Update, [text, timestamp]: readonly string[]): Update {
  const piece = pieceOf(update)
  if (update.kind !== 'artifact' || !piece || text === undefined) return update
  const metadata = timestamp === undefined ? piece.metadata : metadataWith(piece, { timestamp })
  return { ...update, artifact: { ...update.artifact, parts: [{ kind: 'text', text, metadata }] } }
}
