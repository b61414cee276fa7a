/** How a run ends in each state of its task. */
import type { AgentEvent } from '../../events/vocabulary.ts'
import { given, type Members } from '../../json.ts'
import { endingIn } from './own.ts'
import { textIn } from './parts.ts'
import type { Status } from './update.ts'

const failures: ReadonlyMap<string, string> = new Map([
  ['auth-required', 'The agent needs to be authorised first'],
  ['failed', 'The agent failed'],
  ['rejected', 'The agent refused the task'],
])

/** What a task says last. */
export interface LastWord {
  readonly status: Status
  readonly metadata?: Members | undefined
}

/** `result` gives the result unless there was one. Nothing for any other state: a stream that says its last word in one has not ended the run. */
export function endEvents({ status: { state, message, timestamp }, metadata }: LastWord, result: (stop?: string) => AgentEvent[]): AgentEvent[] {
  const own = endingIn(metadata, state)
  if (own) return [own]
  const text = message ? textIn(message.parts) : ''
  const time = given({ timestamp })
  const failure = failures.get(state)
  if (failure) return [{ type: 'error', error: text || failure, code: state, ...time }]
  if (state === 'canceled') return [{ type: 'cancelled', ...given({ reason: text || undefined }), ...time }]
  // The question is the answer of this turn: the next message goes to the same task.
  const isAsking = state === 'input-required'
  return isAsking || state === 'completed' ? [...result(isAsking ? state : undefined), { type: 'completed', success: true, ...time }] : []
}
