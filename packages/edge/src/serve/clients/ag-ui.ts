/** What `HttpAgent` of AG-UI posts: `RunAgentInput` goes in, a task and the client's own names come out. Rules: `@ag-ui/core` 1.0.0. */
import type { JsonObject, JsonValue } from '@agentstream/client/wire'
import { z } from 'zod'
import type { Task } from '../../agents/agent.ts'
import { type Parsed, parseBodyAs, parseTask, type TaskWords } from '../input.ts'

const sourceSchema = z.object({ type: z.string(), value: z.string(), mimeType: z.string().nullish() })
const partSchema = z.object({
  type: z.string(),
  text: z.string().nullish(),
  source: sourceSchema.nullish(),
  // Before 1.0 a file was one kind of part.
  mimeType: z.string().nullish(),
  url: z.string().nullish(),
  data: z.string().nullish(),
})
const inputSchema = z.object({
  threadId: z.string().min(1).max(256),
  runId: z.string().min(1).max(256),
  messages: z.array(z.object({ role: z.string(), content: z.unknown().optional() })),
  context: z.array(z.object({ description: z.string(), value: z.string() })).nullish(),
  state: z.unknown().optional(),
})

type Part = z.infer<typeof partSchema>

export interface AgUiStart {
  readonly threadId: string
  readonly runId: string
  readonly task: Task
}

/**
 * Only the last message counts, and it must be the person's: what was said before is kept by the server, and nobody else is
 * believed about it. Tools and properties of the client are no business of the model.
 */
export function parseAgUi(text: string): Parsed<AgUiStart> {
  const input = parseBodyAs(inputSchema, text)
  if ('problem' in input) return input
  const { threadId, runId, messages, context, state } = input.value
  const last = messages.at(-1)
  const said = last?.role === 'user' ? parseContent(last.content) : { problem: 'the last one must be of role user' }
  if ('problem' in said) return { problem: `messages: ${said.problem}` }
  const told = contextOf(context ?? [])
  const all = isEmpty(state) ? told : { ...told, state }
  const task = parseTask({ ...said.value, context: isEmpty(all) ? undefined : all, sessionId: threadId })
  return 'problem' in task ? { problem: `messages: ${task.problem}` } : { value: { threadId, runId, task: task.value } }
}

/** A text, or texts and images. */
function parseContent(value: unknown): Parsed<Pick<TaskWords, 'description' | 'images'>> {
  if (typeof value === 'string') return { value: { description: value } }
  const parts = z.array(partSchema).safeParse(value)
  if (!parts.success) return { problem: 'expected a text or a list of parts as content' }
  const images: string[] = []
  for (const part of parts.data.filter(({ type }) => type !== 'text')) {
    const image = imageOf(part)
    if (image === undefined) return { problem: `a part of type ${part.type} is not taken` }
    images.push(image)
  }
  const description = parts.data.flatMap((part) => (part.type === 'text' && part.text ? [part.text] : [])).join('\n')
  return { value: images.length > 0 ? { description, images } : { description } }
}

function imageOf({ type, source, mimeType, url, data }: Part): string | undefined {
  if (type === 'binary') return mimeType?.startsWith('image/') ? (url ?? (data ? `data:${mimeType};base64,${data}` : undefined)) : undefined
  if (type !== 'image' || !source) return undefined
  if (source.type === 'url') return source.value
  return source.type === 'data' && source.mimeType?.startsWith('image/') ? `data:${source.mimeType};base64,${source.value}` : undefined
}

/** Under one description there may be several values: none of them is left out. */
function contextOf(entries: readonly { readonly description: string; readonly value: string }[]): JsonObject {
  const told = new Map<string, JsonValue>()
  for (const { description, value } of entries) {
    const known = told.get(description)
    told.set(description, known === undefined ? value : [known, value].flat())
  }
  return Object.fromEntries(told)
}

const isEmpty = (value: unknown): boolean => value == null || (typeof value === 'object' && Object.keys(value).length === 0)
