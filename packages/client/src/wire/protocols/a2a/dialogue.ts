import type { Ask, Call } from '../../ask.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { CancelOutcome, Dialogue } from '../protocol.ts'
import type { Wording } from './fields.ts'
import type { Part } from './update.ts'

/** How a version is called. */
export interface Version {
  readonly name: string
  readonly stream: string
  readonly cancel: string
  readonly headers?: Call['headers']
  readonly wording: Wording
}

/** Bytes travel as such: few agents look for them in an address. */
function imageOf(url: string): Part {
  const [type = '', bytes] = url.split(';base64,')
  return bytes && type.startsWith('data:') ? { kind: 'file', bytes, mediaType: type.slice(5) } : { kind: 'file', url }
}

/** A decoder that tells which task it reads, as soon as it knows. */
export type TaskDecoder = (onTask: (taskId: string) => void) => Stage<Frame, AgentEvent>

/** How a task is asked for and stopped. The server names it, so it can be stopped only once it has said something. */
export function a2aDialogue({ runId, task, parameters }: Ask, { stream, cancel, headers, wording }: Version, decoder: TaskDecoder): Dialogue {
  let taskId: string | undefined
  const call = (id: string, method: string, params: unknown): Call => ({
    method: 'POST',
    path: '',
    headers,
    body: { jsonrpc: '2.0', id, method, params },
  })
  const { description, images = [], context: data, sessionId: contextId } = task
  const parts: Part[] = [{ kind: 'text', text: description }, ...images.map(imageOf), ...(data ? [{ kind: 'data', data } as const] : [])]
  const message = { ...wording.message, messageId: runId, role: wording.role(false), parts: parts.map(wording.writePart), contextId }
  return {
    start: call(runId, stream, { message, metadata: parameters && { parameters } }),
    decoder: () => decoder((id) => (taskId = id)),
    cancel: () => (taskId === undefined ? undefined : { call: call(`${runId}-cancel`, cancel, { id: taskId }), outcomeOf: outcomeIn(wording) }),
  }
}

const finished = ['completed', 'failed', 'rejected']

/** From a task that was stopped, was over or works on, or from one of the two errors that say which. */
const outcomeIn =
  ({ writeState }: Wording) =>
  (answer: unknown): CancelOutcome => {
    if (!isObject(answer)) return 'not_supported'
    const { result, error } = answer
    if (isObject(error)) return error['code'] === -32001 ? 'unknown_run' : error['code'] === -32002 ? 'already_finished' : 'not_supported'
    const status = isObject(result) && isObject(result['status']) ? result['status']['state'] : undefined
    if (status === writeState('canceled')) return 'cancelled'
    return finished.some((state) => status === writeState(state)) ? 'already_finished' : 'not_supported'
  }
