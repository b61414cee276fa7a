/** What clients of Agentor's server post to `/chat`: its body goes in, a task comes out, and one answer in one piece. Rules: Agentor 0.1.0rc2, `src/agentor/core/agent.py`. */
import { agentor } from '@agentstream/client/wire'
import { z } from 'zod'
import type { Task } from '../../agents/agent.ts'
import type { RunView } from '../../runs/live-run.ts'
import { type Parsed, parseBodyAs, parseTask } from '../input.ts'

const messageSchema = z.object({ role: z.string(), content: z.string() })
const chatSchema = z.object({ input: z.union([z.string(), z.array(messageSchema)]), stream: z.boolean().nullish() })

export interface AgentorChat {
  readonly task: Task
  readonly isStreamed: boolean
}

/** Of a list only the last message counts, and it must be the person's: there is no conversation, and nobody is believed about one. */
export function parseAgentorChat(text: string): Parsed<AgentorChat> {
  const chat = parseBodyAs(chatSchema, text)
  if ('problem' in chat) return chat
  const { input, stream } = chat.value
  const last = typeof input === 'string' ? { role: 'user', content: input } : input.at(-1)
  if (last?.role !== 'user') return { problem: 'input: the last message must be of role user' }
  const task = parseTask({ description: last.content })
  return 'problem' in task ? { problem: `input: ${task.problem}` } : { value: { task: task.value, isStreamed: stream === true } }
}

const outputSchema = z.object({ type: z.string(), message: z.string() })

/** The reply of a run; undefined when it has none, because it failed, was stopped or was cut. */
export async function replyOf(view: RunView): Promise<string | undefined> {
  const encoder = agentor.encoder()
  let last: string | undefined
  for await (const batch of view.entries()) for (const entry of batch) last = encoder.push(entry).at(-1)?.data ?? last
  const end = await view.end()
  last = encoder.end().at(-1)?.data ?? last
  if (end?.outcome !== 'completed' || end.lost || last === undefined) return undefined
  const output = outputSchema.safeParse(JSON.parse(last))
  return output.success && output.data.type === 'run_item_stream_event' ? output.data.message : undefined
}
