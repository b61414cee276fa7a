/** What `useChat` of the AI SDK posts: the body of `DefaultChatTransport` goes in, a task comes out. Rules: `ai` 7.0, `src/ui/http-chat-transport.ts`. */
import { isObject, type JsonObject } from '@agentstream/client/wire'
import { z } from 'zod'
import type { Task } from '../../agents/agent.ts'
import { type Parsed, parseBodyAs, parseTask, problemOf } from '../input.ts'

const partSchema = z.object({ type: z.string(), text: z.string().nullish(), url: z.string().nullish(), mediaType: z.string().nullish() })
const chatSchema = z.object({
  id: z.string().min(1).max(256),
  messages: z.array(z.object({ role: z.string(), parts: z.array(z.unknown()) })),
  context: z.custom<JsonObject>(isObject, 'expected an object').nullish(),
})

/**
 * Only the last message counts, and it must be the person's: what was said before is kept by the server. A page that sends its
 * assistant's message back, with outputs of tools or answers to approvals in it, is refused: these are not believed.
 */
export function parseChat(text: string): Parsed<Task> {
  const chat = parseBodyAs(chatSchema, text)
  if ('problem' in chat) return chat
  const { id, messages, context } = chat.value
  const last = messages.at(-1)
  if (last?.role !== 'user') return { problem: 'messages: the last one must be of role user; approvals are answered at their own address' }
  const parsed = z.array(partSchema).safeParse(last.parts)
  if (!parsed.success) return { problem: `messages: ${problemOf(parsed.error)}` }
  const files = parsed.data.filter(({ type }) => type === 'file')
  if (files.some(({ mediaType }) => !mediaType?.startsWith('image/'))) return { problem: 'messages: only texts and images are taken' }
  const images = files.flatMap(({ url }) => url ?? [])
  const task = parseTask({
    description: parsed.data.flatMap((part) => (part.type === 'text' && part.text ? [part.text] : [])).join('\n'),
    context: context ?? undefined,
    images: images.length > 0 ? images : undefined,
    sessionId: id,
  })
  return 'problem' in task ? { problem: `messages: ${task.problem}` } : task
}
