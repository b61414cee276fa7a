import type { AgentEvent } from '@agentstream/client/wire'
import { WorkflowError } from '../../errors.ts'
import { encodeResult } from '../../tools/encode-result.ts'
import type { StepEvent, StepProgress } from './step.ts'

const largestData = 64 * 1024
const longestMessage = 2000
const allowed: ReadonlySet<string> = new Set<StepEvent['type']>(['token', 'thinking_token', 'thought', 'observation', 'source', 'file', 'usage', 'custom'])

/** What a handler said, as an event of its step. Throws WorkflowError for an event that is not a step's to send. */
export function eventSaid(said: string | StepProgress | StepEvent, step: string): AgentEvent {
  if (typeof said === 'string') return { type: 'token', content: said, step_name: step }
  if (!('type' in said)) return progressEvent(said, step)
  // A step that ends the run, or opens another's step, would make the run's story false.
  if (!allowed.has(said.type)) throw new WorkflowError('option_invalid', `A step cannot send "${said.type}" events`, { step })
  return { ...said, step_name: step }
}

function progressEvent({ progress, message, data }: StepProgress, step: string): AgentEvent {
  const encoded = data === undefined ? undefined : encodeResult(data, largestData)
  return {
    type: 'custom',
    name: 'step_progress',
    step_name: step,
    data: {
      step_name: step,
      ...(typeof progress === 'number' && Number.isFinite(progress) ? { progress: Math.min(1, Math.max(0, progress)) } : {}),
      ...(typeof message === 'string' ? { message: message.slice(0, longestMessage) } : {}),
      ...(encoded && 'value' in encoded ? { data: encoded.value } : {}),
    },
  }
}
