import { AgentStreamError, StreamInterruptedError } from './errors.ts'
import { openSource, reading } from './patterns/source.ts'
import { watchEnding } from './wire/events/ending.ts'
import { isMain } from './wire/events/scope.ts'
import type { AgentEvent } from './wire/events/vocabulary.ts'

/**
 * The text of a run alone, piece by piece as it comes: the tokens of the main loop, not those of DAWP runs inside it. Takes the
 * events of a whole run and keeps what plain text would lose: a run that failed throws an AgentStreamError with the agent's
 * words, one that was cut throws StreamInterruptedError. A cancelled run just ends. Leaving the loop leaves the events' loop.
 *
 * @example
 * for await (const piece of textOf(client.stream('Write a poem'))) console.log(piece)
 */
export function textOf(events: AsyncIterable<AgentEvent>): AsyncIterableIterator<string> {
  const source = openSource(events)
  return reading([source], async function* () {
    const ending = watchEnding()
    for (let step = await source.next(); !step.done; step = await source.next()) {
      const event = step.value
      ending.see(event)
      if (event.type === 'token' && isMain(event)) yield event.content
      if (event.type === 'error') throw new AgentStreamError('agent', event.error, { retryable: event.retryable ?? false })
    }
    const outcome = ending.outcome({ isNumbered: false })
    if (outcome === 'truncated') throw new StreamInterruptedError('The stream ended before the run did')
    if (outcome === 'failed') throw new AgentStreamError('agent', 'The agent reported that it did not succeed')
  })
}
