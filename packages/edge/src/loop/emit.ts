import type { AgentEvent, LoopScope } from '@agentstream/client/wire'

/** Puts time and scope on an event, and hands it back for yielding. */
export type Emit = (event: AgentEvent) => AgentEvent

export interface EmitOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Left out for the main loop, whose events carry no scope. */
  readonly scope?: LoopScope
}

export function createEmit({ now = Date.now, scope }: EmitOptions = {}): Emit {
  // Tokens come many to a millisecond, and writing the time is the dearest part of an event.
  let time = Number.NaN
  let timestamp = ''
  return (event) => {
    const current = now()
    if (current !== time) {
      time = current
      timestamp = new Date(current).toISOString()
    }
    return scope ? { ...event, timestamp, loop_scope: scope } : { ...event, timestamp }
  }
}
