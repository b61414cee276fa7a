import type { Ask, Call } from '../../ask.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { CancelOutcome, Dialogue } from '../protocol.ts'

/** What the two versions call the same things. */
export interface Words {
  readonly stream: string
  readonly cancel: string
  readonly role: string
  readonly canceled: string
  readonly headers: Readonly<Record<string, string>>
  /** One part of a message, of which one member is there. */
  part(content: Content): unknown
}

interface Content {
  readonly text?: string
  readonly data?: unknown
  readonly url?: string
  readonly raw?: string
  readonly mediaType?: string | undefined
}

/** Bytes travel as such: few agents look for them in an address. */
function imageOf(url: string): Content {
  const [type = '', raw] = url.split(';base64,')
  return raw && type.startsWith('data:') ? { raw, mediaType: type.slice(5) } : { url }
}

export const wordsV03: Words = {
  stream: 'message/stream',
  cancel: 'tasks/cancel',
  role: 'user',
  canceled: 'canceled',
  headers: {},
  part({ url: uri, raw: bytes, mediaType: mimeType, ...said }) {
    const [kind] = Object.keys(said)
    return kind ? { kind, ...said } : { kind: 'file', file: { uri, bytes, mimeType } }
  },
}

export const wordsV1: Words = {
  stream: 'SendStreamingMessage',
  cancel: 'CancelTask',
  role: 'ROLE_USER',
  canceled: 'TASK_STATE_CANCELED',
  headers: { 'a2a-version': '1.0' },
  part: (content) => content,
}

/** A decoder that tells which task it reads, as soon as it knows. */
export type TaskDecoder = (onTask: (taskId: string) => void) => Stage<Frame, AgentEvent>

/** How a task is asked for and stopped. The server names it, so it can be stopped only once it has said something. */
export function a2aDialogue({ runId, task, parameters }: Ask, words: Words, decoder: TaskDecoder): Dialogue {
  let taskId: string | undefined
  const call = (id: string, method: string, params: unknown): Call => ({
    method: 'POST',
    path: '',
    headers: words.headers,
    body: { jsonrpc: '2.0', id, method, params },
  })
  const { description, images = [], context, sessionId: contextId } = task
  const parts = [words.part({ text: description }), ...images.map((image) => words.part(imageOf(image))), ...(context ? [words.part({ data: context })] : [])]
  // What is undefined is left out of the JSON.
  const kind = words === wordsV03 ? 'message' : undefined
  const message = { kind, messageId: runId, role: words.role, parts, contextId }
  return {
    start: call(runId, words.stream, { message, metadata: parameters && { parameters } }),
    decoder: () => decoder((id) => (taskId = id)),
    cancel: () => (taskId === undefined ? undefined : { call: call(`${runId}-cancel`, words.cancel, { id: taskId }), outcomeOf: outcomeIn(words) }),
  }
}

/** From a task that was stopped or was over, or from one of the two errors that say which. */
const outcomeIn =
  ({ canceled }: Words) =>
  (answer: unknown): CancelOutcome => {
    if (!isObject(answer)) return 'not_supported'
    const { result, error } = answer
    if (isObject(error)) return error['code'] === -32001 ? 'unknown_run' : error['code'] === -32002 ? 'already_finished' : 'not_supported'
    const status = isObject(result) && isObject(result['status']) ? result['status']['state'] : undefined
    return status === canceled ? 'cancelled' : 'already_finished'
  }
