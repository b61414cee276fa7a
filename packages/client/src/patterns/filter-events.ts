import type { AgentEvent, EventOf, EventType } from '../wire/events/vocabulary.ts'
import { openSource, reading } from './source.ts'

/**
 * Only the events of these types, typed as what they are. Leaving the loop leaves the stream's.
 *
 * @example
 * for await (const event of filterEvents(client.stream(question), 'token', 'tool_call'))
 *   console.log(event.type === 'token' ? event.content : event.tool_name)
 */
export function filterEvents<T extends EventType>(events: AsyncIterable<AgentEvent>, ...types: readonly T[]): AsyncIterableIterator<EventOf<T>> {
  const source = openSource(events)
  const isWanted = (event: AgentEvent): event is EventOf<T> => (types as readonly string[]).includes(event.type)
  return reading([source], async function* () {
    for (let step = await source.next(); !step.done; step = await source.next()) if (isWanted(step.value)) yield step.value
  })
}
