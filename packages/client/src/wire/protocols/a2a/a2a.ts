/**
 * A2A: what `message/stream` and `tasks/resubscribe` answer, and `message/send` in one piece, each frame a JSON-RPC response. In
 * come frames, out go events, and back. Agentor's dialect is read by the same rules: it cuts the connection where a task failed,
 * and what its tools say is in the artifact of the answer, unmarked (Agentor 0.1.0rc2, `src/agentor/a2a.py`).
 * The agent card, or the header `A2A-Version`, says which version a server speaks.
 */
import { concatenated } from '../../frames/concatenated.ts'
import { sse } from '../../frames/sse.ts'
import type { TwoWayProtocol } from '../protocol.ts'
import { a2aDecoder } from './decode.ts'
import { a2aDialogue, type Words, wordsV1, wordsV03 } from './dialogue.ts'
import { type A2aOptions, a2aEncoder } from './encode.ts'
import { shapesV1 } from './schema-v1.ts'
import { shapesV03 } from './schema-v03.ts'
import type { Shapes } from './update.ts'

export type { A2aOptions } from './encode.ts'

function protocolOf(name: string, { shapes, words }: { readonly shapes: Shapes; readonly words: Words }, options: A2aOptions): TwoWayProtocol {
  return {
    name,
    // An error before the stream is one JSON text.
    framings: [sse, concatenated],
    decoder: () => a2aDecoder(shapes, options.requestId),
    dialogue: (ask) => a2aDialogue(ask, words, (onTask) => a2aDecoder(shapes, options.requestId, onTask)),
    encoder: () => a2aEncoder(shapes, options),
  }
}

/** A2A 0.3, as one call's answer: with the ids it must have. */
export function createA2a(options: A2aOptions = {}): TwoWayProtocol {
  return protocolOf('a2a', { shapes: shapesV03, words: wordsV03 }, options)
}

/** A2A 1.0, likewise. */
export function createA2aV1(options: A2aOptions = {}): TwoWayProtocol {
  return protocolOf('a2a-v1', { shapes: shapesV1, words: wordsV1 }, options)
}

export const a2a: TwoWayProtocol = createA2a()
export const a2aV1: TwoWayProtocol = createA2aV1()
