/** How a run ends in each state of its task. */
import type { AgentEvent } from '../../events/vocabulary.ts'
import { endingIn } from './own.ts'
import { textOf } from './parts.ts'
import type { Metadata, Status } from './update.ts'

/** Gives the result unless there was one. */
type Result = (stop?: string) => AgentEvent[]
type End = (said: { readonly text: string; readonly state: string; readonly time: { timestamp?: string } }, result: Result) => AgentEvent[]

const failed =
  (otherwise: string): End =>
  ({ text, state, time }) => [{ type: 'error', error: text || otherwise, code: state, ...time }]

const ends: ReadonlyMap<string, End> = new Map<string, End>([
  ['completed', ({ time }, result) => [...result(), { type: 'completed', success: true, ...time }]],
  // The question is the answer of this turn: the next message goes to the same task.
  ['input-required', ({ state, time }, result) => [...result(state), { type: 'completed', success: true, ...time }]],
  ['auth-required', failed('The agent needs to be authorised first')],
  ['failed', failed('The agent failed')],
  ['rejected', failed('The agent refused the task')],
  ['canceled', ({ text, time }) => [{ type: 'cancelled', ...(text === '' ? {} : { reason: text }), ...time }]],
])

/** Nothing for any other state: a stream that says its last word in one has not ended the run. */
export function endEvents({ state, message, timestamp }: Status, metadata: Metadata | undefined, result: Result): AgentEvent[] {
  const own = endingIn(metadata, state)
  if (own) return [own]
  const said = { text: message ? textOf(message.parts) : '', state, time: timestamp === undefined ? {} : { timestamp } }
  return ends.get(state)?.(said, result) ?? []
}
