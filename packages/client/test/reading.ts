/** Bodies as a client reads them, whole or in pieces, for the tests of protocols. */
import { type AgentEvent, type Framing, isAgentStreamError, type Protocol, pipe, type RunOutcome, sse, watchEnding } from '../src/wire.ts'

const utf8 = new TextEncoder()

export interface Reading {
  readonly events: readonly AgentEvent[]
  readonly outcome: RunOutcome
}

export interface ReadingOptions {
  readonly framing?: Framing
  /** In bytes, of the pieces the body comes in; one piece unless told. */
  readonly size?: number
  /** The network cut the body off: it was not closed in order. */
  readonly isCut?: boolean
}

export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

/** What a client makes of a body, or of the pieces it came in, and of how it ended. */
export function readBody(protocol: Protocol, body: string | Uint8Array | readonly Uint8Array[], options: ReadingOptions = {}): Reading {
  const { framing = sse, size = Number.MAX_SAFE_INTEGER, isCut = false } = options
  const bytes = typeof body === 'string' ? utf8.encode(body) : body
  const stage = pipe(framing.decoder(), protocol.decoder())
  const events: AgentEvent[] = []
  const ending = watchEnding()
  const take = (batch: readonly AgentEvent[]): void => {
    events.push(...batch)
    batch.forEach(ending.see)
  }
  try {
    for (const piece of bytes instanceof Uint8Array ? pieces(bytes, size) : bytes) take(stage.push(piece))
    if (!isCut) take(stage.end())
  } catch (error) {
    if (!isAgentStreamError(error)) throw error
    if (!ending.isOver()) return { events, outcome: error.code === 'interrupted' ? 'truncated' : 'failed' }
  }
  return { events, outcome: isCut && !ending.isOver() ? 'truncated' : ending.outcome({}) }
}
