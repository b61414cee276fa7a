import { isTerminalEvent } from './ending.ts'
import type { AgentEvent, EventOf } from './vocabulary.ts'

/** What a decoder has told of its run. */
export interface ToldRun {
  /** The events as they go out: before the first comes a `started`, made where the protocol says none. */
  tell(events: readonly AgentEvent[]): readonly AgentEvent[]
  isStarted(): boolean
  /** True once a terminal event was told: what comes now is not of this run. */
  isOver(): boolean
}

/** `see` is given every event that is told. */
export function createToldRun(see?: (event: AgentEvent) => void): ToldRun {
  let isStarted = false
  let isOver = false
  return {
    isStarted: () => isStarted,
    isOver: () => isOver,
    tell(events) {
      const [first] = events
      if (!first) return events
      for (const event of events) {
        see?.(event)
        isOver ||= isTerminalEvent(event)
      }
      if (isStarted) return events
      isStarted = true
      return first.type === 'started' ? events : [{ type: 'started' }, ...events]
    },
  }
}

/** What has no event of its own, under its name. */
export const custom = (name: string, data: unknown): EventOf<'custom'> => ({ type: 'custom', name, data })
