/**
 * A2A: what `message/stream` and `tasks/resubscribe` answer, and `message/send` in one piece, each frame a JSON-RPC response. In
 * come frames, out go events, and back. Agentor's dialect is read by the same rules: it cuts the connection where a task failed,
 * and what its tools say is in the artifact of the answer, unmarked (Agentor 0.1.0rc2, `src/agentor/a2a.py`).
 * The agent card, or the header `A2A-Version`, says which version a server speaks.
 */
import type { TwoWayProtocol } from '../protocol.ts'
import { type A2aOptions, a2aEncoder } from './encode.ts'
import { readA2a, readA2aV1 } from './read.ts'
import { writeV1 } from './schema-v1.ts'
import { writeV03 } from './schema-v03.ts'

export type { A2aOptions } from './encode.ts'

/** A2A 0.3, as one call's answer: with the ids it must have. */
export function createA2a(options: A2aOptions = {}): TwoWayProtocol {
  return { ...readA2a(options.requestId), encoder: () => a2aEncoder(writeV03, options) }
}

/** A2A 1.0, likewise. */
export function createA2aV1(options: A2aOptions = {}): TwoWayProtocol {
  return { ...readA2aV1(options.requestId), encoder: () => a2aEncoder(writeV1, options) }
}

/** A2A 0.3, with ids made where none are known. */
export const a2a: TwoWayProtocol = createA2a()
/** A2A 1.0, likewise. */
export const a2aV1: TwoWayProtocol = createA2aV1()
