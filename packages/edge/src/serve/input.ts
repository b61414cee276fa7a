/** What clients may say, parsed: bodies and ids of unknown origin go in, tasks that agents may trust come out. */
import { isObject, type JsonObject, type JsonValue } from '@agentstream/client/wire'
import { z } from 'zod'
import type { RunContext, Task } from '../agents/agent.ts'
import type { PrincipalLimits } from './options.ts'

type ModelParameters = NonNullable<RunContext['parameters']>

/** What a person says to an approval request. */
export interface AnswerInput {
  readonly approved: boolean
  readonly reason?: string
}

export interface StartInput {
  readonly runId: string
  readonly task: Task
  readonly parameters?: ModelParameters
}

export type Parsed<T> = { readonly value: T } | { readonly problem: string }

// Safe in headers, addresses and storage keys.
const runIdShape = /^[A-Za-z0-9_-]{1,128}$/
const sessionIdSchema = z.string().max(256)
// Far deeper than any real context, far from what overflows a stack further on.
const maxDepth = 64

const json = z.custom<JsonObject>(isObject, 'expected an object')
const taskSchema = z
  .object({
    description: z.string(),
    context: json.nullish(),
    images: z.array(z.string().regex(/^(?:https?:\/\/|data:image\/)/i, 'expected an http(s) address or image data')).nullish(),
    session_id: sessionIdSchema.nullish(),
    sender_id: z.string().max(256).nullish(),
  })
  .refine(({ description, images }) => description !== '' || images?.length, { path: ['description'], error: 'expected a text, or images beside it' })
const bodySchema = z.object({
  run_id: z.string().regex(runIdShape, 'expected 1 to 128 of A-Z a-z 0-9 _ -').nullish(),
  task: taskSchema,
  parameters: json.nullish(),
})
const answerSchema = z.object({ approved: z.boolean(), reason: z.string().max(1000).nullish() })
const fraction = z.number().min(0).max(1)
const penalty = z.number().min(-2).max(2)
const samplingSchema = z.object({
  temperature: z.number().min(0).max(2).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  top_p: fraction.nullish(),
  frequency_penalty: penalty.nullish(),
  presence_penalty: penalty.nullish(),
  stop: z.union([z.string().transform((text) => [text]), z.array(z.string()).max(16)]).nullish(),
})

/** What a provider may be told on a client's word, beyond the sampling parameters every provider knows. */
export const harmlessExtras: readonly string[] = ['seed', 'top_k', 'min_p']

export function isRunId(text: string): boolean {
  return runIdShape.test(text)
}

export function isSessionId(text: string): boolean {
  return sessionIdSchema.safeParse(text).success
}

/**
 * The body of a start request. Members it does not know are ignored, so that clients can be newer than the server; a
 * parameter that it does not know is refused, because ignoring it would change the answer silently.
 */
export function parseStart(text: string, { extras = harmlessExtras }: { readonly extras?: readonly string[] | undefined } = {}): Parsed<StartInput> {
  const body = parseBodyAs(bodySchema, text)
  if ('problem' in body) return body
  const parameters = body.value.parameters ? parseParameters(flattened(body.value.parameters), extras) : { value: {} }
  if ('problem' in parameters) return parameters
  const runId = body.value.run_id ?? crypto.randomUUID()
  return { value: { runId, task: toTask(body.value.task), ...(Object.keys(parameters.value).length > 0 ? { parameters: parameters.value } : {}) } }
}

/** The JSON of a body, unless it is none, or nested so deep that whoever goes through it later would fail. */
export function parseBody(text: string): Parsed<unknown> {
  const value = parseText(text)
  if (text === '') return { problem: 'The body is empty. Perhaps something in front of this handler has read it' }
  if (value === undefined) return { problem: 'The body is not valid JSON' }
  return isDeeperThan(value, maxDepth) ? { problem: `The body is nested deeper than ${maxDepth} levels` } : { value }
}

/** A body of a known shape. */
export function parseBodyAs<Schema extends z.ZodType>(schema: Schema, text: string): Parsed<z.infer<Schema>> {
  const body = parseBody(text)
  if ('problem' in body) return body
  const parsed = schema.safeParse(body.value)
  return parsed.success ? { value: parsed.data } : { problem: problemOf(parsed.error) }
}

/** A task as another protocol asks for it. It is held to the same rules as one that is asked for in our own words. */
export interface TaskWords {
  readonly description: string
  readonly context?: Readonly<Record<string, unknown>> | undefined
  readonly images?: readonly string[] | undefined
  readonly sessionId?: string | undefined
}

export function parseTask({ description, context, images, sessionId }: TaskWords): Parsed<Task> {
  const task = taskSchema.safeParse({ description, context, images, session_id: sessionId })
  return task.success ? { value: toTask(task.data) } : { problem: problemOf(task.error) }
}

/** What makes a task larger than one may be, if anything does. */
export function tooLarge({ description, images = [] }: Task, limits: PrincipalLimits): string | undefined {
  if (description.length > (limits.promptCharacters ?? Number.POSITIVE_INFINITY)) return `The prompt is longer than ${limits.promptCharacters} characters`
  if (images.length > (limits.images ?? Number.POSITIVE_INFINITY)) return `The task has more than ${limits.images} images`
  return undefined
}

/** The body of an answer to an approval request. */
export function parseAnswer(text: string): Parsed<AnswerInput> {
  const body = parseBodyAs(answerSchema, text)
  if ('problem' in body) return body
  const { approved, reason } = body.value
  return { value: { approved, ...(reason ? { reason } : {}) } }
}

const cancelSchema = z.object({ scope: z.string().min(1).max(256).optional(), reason: z.string().max(2000).optional() })

/** What is to stop, and why, from the query of a request. */
export function parseCancel(query: Readonly<Record<string, string>>): Parsed<{ readonly scope?: string | undefined; readonly reason?: string | undefined }> {
  const asked = cancelSchema.safeParse(query)
  return asked.success ? { value: asked.data } : { problem: problemOf(asked.error, 'query.') }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Why it does not parse would quote the body; that it does not is enough. JSON itself has no undefined.
    return undefined
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1))
}

function toTask(task: z.infer<typeof taskSchema>): Task {
  const { description, context, images, session_id: sessionId, sender_id: senderId } = task
  return {
    description,
    ...(context ? { context } : {}),
    ...(images ? { images } : {}),
    ...(sessionId ? { sessionId } : {}),
    ...(senderId ? { senderId } : {}),
  }
}

const isJsonObject = (value: JsonValue | undefined): value is JsonObject => isObject(value)

/** Our client keeps provider-specific parameters apart, in `extra`; to us all of them are one list. */
function flattened({ extra, ...named }: JsonObject): JsonObject {
  if (extra == null) return named
  return isJsonObject(extra) ? { ...extra, ...named } : { ...named, extra }
}

function parseParameters(given: JsonObject, extras: readonly string[]): Parsed<ModelParameters> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(samplingSchema.shape, name) && !extras.includes(name))
  if (unknown !== undefined) return { problem: `parameters.${unknown.slice(0, 64)}: clients cannot set this` }
  const sampling = samplingSchema.safeParse(given)
  if (!sampling.success) return { problem: problemOf(sampling.error, 'parameters.') }
  const { temperature, max_tokens, top_p, frequency_penalty, presence_penalty, stop } = sampling.data
  const extra = Object.entries(given).filter(([name]) => extras.includes(name))
  return {
    value: {
      ...(temperature == null ? {} : { temperature }),
      ...(max_tokens == null ? {} : { maxTokens: max_tokens }),
      ...(top_p == null ? {} : { topP: top_p }),
      ...(frequency_penalty == null ? {} : { frequencyPenalty: frequency_penalty }),
      ...(presence_penalty == null ? {} : { presencePenalty: presence_penalty }),
      ...(stop == null ? {} : { stop }),
      ...(extra.length > 0 ? { extra: Object.fromEntries(extra) } : {}),
    },
  }
}

/** Where and what, never the value that was sent. */
export function problemOf(error: z.ZodError, prefix = ''): string {
  return error.issues
    .map((issue) => `${prefix}${issue.path.join('.') || 'body'}: ${issue.message}`)
    .join('; ')
    .slice(0, 500)
}
