/** What a client says to the agent, in either version: parameters go in, a task or the answer to a question comes out. */
import { isObject } from '@agentstream/client/wire'
import { z } from 'zod'
import type { Task } from '../../agents/agent.ts'
import { type AnswerInput, parseTask, problemOf } from '../input.ts'
import { failed, type RpcFailure } from './rpc.ts'

const name = z.string().max(256).nullish()
// 0.3 names the kind of a part and has files apart; in 1.0 the member that is there says what the part is.
const fileSchema = z.object({ uri: z.string().nullish(), bytes: z.string().nullish(), mimeType: z.string().nullish() })
const partSchema = z.object({
  text: z.string().nullish(),
  data: z.unknown().optional(),
  file: fileSchema.nullish(),
  url: z.string().nullish(),
  raw: z.string().nullish(),
  mediaType: z.string().nullish(),
})
const sendSchema = z.object({
  message: z.object({
    messageId: z.string().min(1),
    // Only the agent speaks for the agent.
    role: z.enum(['user', 'ROLE_USER']),
    parts: z.array(partSchema).min(1),
    contextId: name,
    taskId: name,
  }),
  configuration: z
    .object({
      blocking: z.boolean().nullish(),
      returnImmediately: z.boolean().nullish(),
      pushNotificationConfig: z.unknown().optional(),
      taskPushNotificationConfig: z.unknown().optional(),
    })
    .nullish(),
})

type Part = z.infer<typeof partSchema>

export interface Said {
  readonly contextId: string | undefined
  /** Of a task that is under way, when the message belongs to one. */
  readonly taskId: string | undefined
  readonly parts: readonly Part[]
  /** Whether the client waits until the task is over, or has a question. */
  readonly isBlocking: boolean
}

export function parseMessage(params: unknown): Said | RpcFailure {
  const parsed = sendSchema.safeParse(params)
  if (!parsed.success) return failed('invalidParams', problemOf(parsed.error))
  const { message, configuration } = parsed.data
  if (configuration?.pushNotificationConfig || configuration?.taskPushNotificationConfig) return failed('pushNotSupported', 'Push notifications are not sent')
  return {
    contextId: message.contextId || undefined,
    taskId: message.taskId || undefined,
    parts: message.parts,
    isBlocking: configuration?.blocking !== false && configuration?.returnImmediately !== true,
  }
}

/** The address of an image; undefined when the part is no file, and a failure when it is one that agents are not shown. */
function imageOf({ file, url, raw, mediaType }: Part): string | undefined | RpcFailure {
  const address = file?.uri ?? url
  const bytes = file?.bytes ?? raw
  if (address == null && bytes == null) return undefined
  const type = file?.mimeType || mediaType || ''
  if (type === '' ? bytes != null : !type.startsWith('image/')) return failed('contentType', 'Only texts, data and images are taken')
  return bytes == null ? (address ?? undefined) : `data:${type};base64,${bytes}`
}

/** The texts are what is to be done, the data its context. */
export function toTask({ parts }: Said, contextId: string): { readonly value: Task } | RpcFailure {
  const images: string[] = []
  for (const part of parts) {
    const image = imageOf(part)
    if (typeof image === 'object') return image
    if (image !== undefined) images.push(image)
  }
  const data = parts.flatMap((part) => (part.data == null ? [] : [part.data]))
  const context = data.length === 0 ? undefined : data.every(isObject) ? Object.fromEntries(data.flatMap(Object.entries)) : { data }
  const description = textOf(parts)
  const task = parseTask({ description, context, images: images.length > 0 ? images : undefined, sessionId: contextId })
  return 'problem' in task ? failed('invalidParams', `message: ${task.problem}`) : task
}

const textOf = (parts: readonly Part[]): string => parts.flatMap(({ text }) => (text ? [text] : [])).join('\n')

const answerSchema = z.object({ approval_id: z.string().nullish(), approved: z.boolean(), reason: z.string().max(1000).nullish() })
const words = new Map([
  ['yes', true],
  ['approve', true],
  ['approved', true],
  ['no', false],
  ['deny', false],
  ['denied', false],
])

/** A person's word on a call that waits: as data, or as a plain yes or no. Anything else is not taken for either. */
export function parseAnswer({ parts }: Said): (AnswerInput & { readonly approvalId: string | undefined }) | undefined {
  for (const { data } of parts) {
    const answer = answerSchema.safeParse(data)
    if (!answer.success) continue
    const { approval_id: id, approved, reason } = answer.data
    return { approvalId: id ?? undefined, approved, ...(reason ? { reason } : {}) }
  }
  const approved = words.get(textOf(parts).trim().toLowerCase())
  return approved === undefined ? undefined : { approvalId: undefined, approved }
}
