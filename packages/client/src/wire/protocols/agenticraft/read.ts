import { wholeNdjson } from '../../frames/concatenated.ts'
import { plainText } from '../../frames/plain-text.ts'
import { rawTextSse, textSse } from '../../frames/plain-text-sse.ts'
import type { Protocol } from '../protocol.ts'
import { agenticraftDecoder } from './decode.ts'
import { agenticraftDialogue } from './dialogue.ts'

/** Which of AgentiCraft’s forms a server sends; by default the stream shows it. */
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

/** AgentiCraft without what writes it, so that a page that only reads loads nothing more. */
export function readAgenticraft({ form = 'chunks', reading = 'conforming', isFinalChunkOptional = false }: AgenticraftOptions = {}): Protocol {
  const text = reading === 'lenient' ? rawTextSse : textSse
  return {
    name: form === 'text' ? 'agenticraft-text' : 'agenticraft',
    framings: form === 'text' ? [text, plainText] : [text, wholeNdjson],
    isStoppedByLeaving: true,
    decoder: () => agenticraftDecoder({ isBareText: form === 'text' || reading === 'lenient', isFinalChunkOptional }),
    dialogue: agenticraftDialogue,
  }
}
