/**
 * AgentiCraft: an answer as pieces of text, bare or as `StreamChunk` objects. In come frames, out go events, and back. Its
 * agents have no start, no tool events and mostly no final chunk, so what is not said is made here, and only where it is certain.
 * Rules: AgentiCraft 0.2.0-alpha, `agenticraft/core/streaming.py`, `agenticraft/providers/*.py`, `docs/features/streaming.md`.
 */
import type { TwoWayProtocol } from '../protocol.ts'
import { chunkEncoder, textEncoder } from './encode.ts'
import { type AgenticraftOptions, readAgenticraft } from './read.ts'

export type { AgenticraftOptions } from './read.ts'

/** AgentiCraft in one of its forms; `agenticraft` and `agenticraftText` are the usual two. */
export function createAgenticraft(options: AgenticraftOptions = {}): TwoWayProtocol {
  return { ...readAgenticraft(options), encoder: options.form === 'text' ? textEncoder : chunkEncoder }
}

/** Writes JSON chunks; reads chunks, or bare text by the standard. */
export const agenticraft: TwoWayProtocol = createAgenticraft()

/** Writes and reads bare text, every line prefixed. A stream of text has completed when it was closed in order: it has no other end. */
export const agenticraftText: TwoWayProtocol = createAgenticraft({ form: 'text' })
