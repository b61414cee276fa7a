import { type AgentEvent, isTerminalEvent } from '@agentstream/client/wire'
import { encodeEvent } from './encode-event.ts'

/** An event ready to be stored. */
export interface EncodedEvent {
  readonly data: string
  /** Fits also where nothing else does. */
  readonly isTerminal: boolean
}

interface EncodedEvents {
  readonly encoded: readonly EncodedEvent[]
  readonly problem?: { readonly cause: unknown }
}

/** The texts up to the first event that JSON cannot carry, and what is wrong with that one. Texts that are there are taken as they are. */
export function encodeAll(events: readonly AgentEvent[], texts: readonly string[] = []): EncodedEvents {
  const encoded: EncodedEvent[] = []
  for (const [at, event] of events.entries()) {
    try {
      encoded.push({ data: texts[at] ?? encodeEvent(event), isTerminal: isTerminalEvent(event) })
    } catch (cause) {
      return { encoded, problem: { cause } }
    }
  }
  return { encoded }
}
