import { WorkflowError } from '../../errors.ts'
import type { WorkflowRules } from './rules.ts'
import type { StepOptions } from './step.ts'

export type StepCondition = (context: Readonly<Record<string, unknown>>) => boolean

const comparison = /^\s*(\w[\w.-]*)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+))\s*$/

/**
 * A condition as a function. Text compares the text form of an entry of the context with a word or a quoted text. Throws
 * WorkflowError for any other text.
 */
export function conditionOf({ name, condition }: StepOptions, rules: WorkflowRules): StepCondition | undefined {
  if (typeof condition !== 'string') return condition
  const [, left = '', operator, double, single, bare] = comparison.exec(condition) ?? []
  const right = double ?? single ?? bare
  const isUpstream = rules.otherConditions === 'true'
  if (right === undefined || (isUpstream && operator === '!=')) {
    if (isUpstream) return undefined
    throw new WorkflowError('option_invalid', `The condition of step "${name}" must be a function or read "left == right" or "left != right"`, { step: name })
  }
  return (context) => (textForm(context[left], isUpstream) === right) === (operator === '==')
}

function textForm(value: unknown, isPython: boolean): string | undefined {
  if (typeof value === 'string') return value
  if (isPython && typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  // Nothing else has a text one could mean; absent and null are equal to no text.
  return undefined
}
