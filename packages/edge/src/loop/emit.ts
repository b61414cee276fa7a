import type { AgentEvent, LoopScope } from '@agentstream/client/wire'

/** Puts time and scope on events. */
export interface Emit {
  (event: AgentEvent): AgentEvent
  /** Of events that came together, at the time of all of them. */
  readonly together: (events: readonly AgentEvent[]) => readonly AgentEvent[]
}

export interface EmitOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Left out for the main loop, whose events carry no scope. */
  readonly scope?: LoopScope
}

export function createEmit({ now = Date.now, scope }: EmitOptions = {}): Emit {
  // Events come many to a millisecond, and writing the time is the dearest part of one.
  let time = Number.NaN
  let timestamp = ''
  const tell = (): void => {
    const current = now()
    if (current === time) return
    time = current
    timestamp = new Date(current).toISOString()
  }
  const stamp = (event: AgentEvent): AgentEvent => (scope ? { ...event, timestamp, loop_scope: scope } : { ...event, timestamp })
  const one = (event: AgentEvent): AgentEvent => {
    tell()
    return stamp(event)
  }
  const together = (events: readonly AgentEvent[]): readonly AgentEvent[] => {
    tell()
    return events.map(stamp)
  }
  return Object.assign(one, { together })
}
