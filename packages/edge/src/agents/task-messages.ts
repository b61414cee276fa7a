import type { Message } from '../model/messages.ts'
import type { Task } from './agent.ts'

/** What the model is told at the start of a run. The context stands under the task, as JSON. */
export function taskMessages(task: Task, instructions: readonly (string | undefined)[]): Message[] {
  const { description, context = {}, images = [] } = task
  const beside = Object.keys(context).length === 0 ? '' : `Context:\n${JSON.stringify(context)}`
  const text = [description, beside].filter((part) => part !== '').join('\n\n')
  const user: Message = { role: 'user', text, ...(images.length > 0 ? { images } : {}) }
  const system = instructions.flatMap((told): readonly Message[] => (told ? [{ role: 'system', text: told }] : []))
  return [...system, user]
}
