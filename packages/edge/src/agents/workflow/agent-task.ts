import type { JsonObject } from '@agentstream/client/wire'
import { WorkflowError } from '../../errors.ts'
import { encodeResult } from '../../tools/encode-result.ts'
import type { Task } from '../agent.ts'
import type { WorkflowRules } from './rules.ts'
import type { StepOptions, StepRun, WorkflowContext } from './step.ts'

const longestContext = 256 * 1024

/** What an agent is asked by a step: the step's action, with the run's task and the results it builds on. */
export function agentTask(given: { options: StepOptions; step: StepRun; context: WorkflowContext; rules: WorkflowRules }): Task {
  const { options, step, context, rules } = given
  const { name, action, task } = step
  const { dependsOn = [] } = options
  const told = Object.entries(context).filter(([key]) =>
    dependsOn.some((needed) => (rules.told === 'results' ? key === `${needed}_result` : key.includes(needed))),
  )
  const isAlone = action === undefined || task.description === '' || rules.told === 'keys_with_name'
  const encoded = encodeResult(Object.fromEntries(isAlone ? told : [['task', task.description] as const, ...told]), longestContext)
  if ('problem' in encoded)
    throw new WorkflowError('result_not_json', `What step "${name}" builds on cannot be told to an agent: the value ${encoded.problem}`, { step: name })
  return {
    description: action ?? task.description,
    // An object went in.
    context: encoded.value as JsonObject,
    ...(task.images ? { images: task.images } : {}),
    ...(task.senderId === undefined ? {} : { senderId: task.senderId }),
  }
}
