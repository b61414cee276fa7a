import { type AgentEvent, isTerminalEvent } from '@agentstream/client/wire'
import { encodeEvent } from './encode-event.ts'

/** An event ready to be stored. */
export interface EncodedEvent {
  readonly data: string
  /** Fits also where nothing else does. */
  readonly isTerminal: boolean
}

/** The texts up to the first event that JSON cannot carry, and what is wrong with that one. */
export function encodeAll(events: readonly AgentEvent[]): { readonly encoded: readonly EncodedEvent[]; readonly problem?: { readonly cause: unknown } } {
  const encoded: EncodedEvent[] = []
  for (const event of events) {
    try {
      encoded.push({ data: encodeEvent(event), isTerminal: isTerminalEvent(event) })
    } catch (cause) {
      return { encoded, problem: { cause } }
    }
  }
  return { encoded }
}
