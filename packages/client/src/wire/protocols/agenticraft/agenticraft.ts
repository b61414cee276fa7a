/**
 * AgentiCraft: an answer as pieces of text, bare or as `StreamChunk` objects. In come frames, out go events, and back. Its
 * agents have no start, no tool events and mostly no final chunk, so what is not said is made here, and only where it is certain.
 * Rules: AgentiCraft 0.2.0-alpha, `agenticraft/core/streaming.py`, `agenticraft/providers/*.py`, `docs/features/streaming.md`.
 */
import { wholeNdjson } from '../../frames/concatenated.ts'
import { plainText } from '../../frames/plain-text.ts'
import { rawTextSse, textSse } from '../../frames/plain-text-sse.ts'
import type { TwoWayProtocol } from '../protocol.ts'
import { agenticraftDecoder } from './decode.ts'
import { agenticraftDialogue } from './dialogue.ts'
import { chunkEncoder, textEncoder } from './encode.ts'

export interface AgenticraftOptions {
  /**
   * `chunks` writes JSON chunks, and reads them or bare text, as the first frame shows (default); `text` is for bare text only,
   * whatever it looks like.
   */
  readonly form?: 'chunks' | 'text'
  /**
   * How bare text is read: by the standard (default), or `lenient`, for servers that put `data: ` before the first line of a
   * text only, as the published examples do. The standard loses the other lines, and obeys those that look like fields.
   */
  readonly reading?: 'conforming' | 'lenient'
  /**
   * For servers that send the chunks of an agent rather than of a provider: an agent swallows the final chunk of its first
   * round (`Agent.stream`). Then a stream of chunks that was closed in order has completed without one, too.
   */
  readonly isFinalChunkOptional?: boolean
}

export function createAgenticraft({ form = 'chunks', reading = 'conforming', isFinalChunkOptional = false }: AgenticraftOptions = {}): TwoWayProtocol {
  const text = reading === 'lenient' ? rawTextSse : textSse
  return {
    name: form === 'text' ? 'agenticraft-text' : 'agenticraft',
    framings: form === 'text' ? [text, plainText] : [text, wholeNdjson],
    isStoppedByLeaving: true,
    decoder: () => agenticraftDecoder({ isText: form === 'text' || reading === 'lenient', isFinalChunkOptional }),
    dialogue: agenticraftDialogue,
    encoder: form === 'text' ? textEncoder : chunkEncoder,
  }
}

/** Writes JSON chunks; reads chunks, or bare text by the standard. */
export const agenticraft: TwoWayProtocol = createAgenticraft()

/** Writes and reads bare text, every line prefixed. A stream of text has completed when it was closed in order: it has no other end. */
export const agenticraftText: TwoWayProtocol = createAgenticraft({ form: 'text' })
