import { parseCursor } from '../../cursor.ts'
import { watchEnding } from '../../events/ending.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import { eventTime } from '../../events/time.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { Entry } from '../protocol.ts'
import { endingMetadata, eventPart, membersMetadata, ownTask, repetition } from './own.ts'
import type { RpcId } from './rpc.ts'
import type { Artifact, Message, Metadata, Part, Status, TaskState, WriteUpdate, Written } from './update.ts'

/** The names of one call, for a server that knows them. */
export interface A2aOptions {
  /** The `id` of the call that is answered. Read: the only one taken, else that of the first frame. Written: 1 unless given. */
  readonly requestId?: RpcId
  /** Written unless the first entry's journal is to name it. */
  readonly taskId?: string
  /** Written unless a `started` event is to name it, by its `thread_id`. */
  readonly contextId?: string
  /** Written: whether the stream is closed after an entry though the task is not over, as it is at a question. */
  readonly isLast?: (entry: Entry) => boolean
  /** The clock for a status whose event tells no time; such a status has no time without it, and so the same bytes every time. */
  readonly now?: () => number
}

const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function tokenPart({ type, content, ...members }: EventOf<'token'>): Part {
  const isPlain = content !== '' && Object.keys(members).length === 0
  return { kind: 'text', text: content, ...(isPlain ? {} : { metadata: membersMetadata(members) }) }
}

/** A file is sent as one when it is either an address or bytes; else its event tells about it. */
function filePart({ type, url, data, ...members }: EventOf<'file'>): Part | undefined {
  const named = { kind: 'file', mediaType: members.media_type, name: members.name ?? undefined, metadata: membersMetadata(members) } as const
  if (typeof url === 'string' && url !== '' && data === undefined) return { ...named, url }
  if (typeof data === 'string' && data !== '' && url === undefined && base64.test(data)) return { ...named, bytes: data }
  return undefined
}

/** What a run says only in its result. */
function outputPart(output: unknown): Part {
  if (isObject(output)) return { kind: 'data', data: output, metadata: repetition }
  return { kind: 'text', text: typeof output === 'string' ? output : JSON.stringify(output), metadata: repetition }
}

function failureText(event: AgentEvent, result: EventOf<'result'> | undefined): string {
  return event.type === 'error' ? event.error : (result?.reason ?? 'The agent reported that it did not succeed')
}

/**
 * The task first, then one artifact that grows by the pieces of the answer, and a status for everything else, with the event as
 * a data part: what tools say is never part of the answer. A run that was cut off gets no last status, so its reader knows.
 */
export function a2aEncoder(writeUpdate: WriteUpdate, options: A2aOptions): Stage<Entry, Frame> {
  const { requestId = 1, now } = options
  const ending = watchEnding()
  let owner: { readonly taskId: string; readonly contextId: string } | undefined
  let result: EventOf<'result'> | undefined
  let hasAnswer = false
  let isOver = false
  let messages = 0
  let files = 0

  const write = (update: Written): Frame => ({ data: JSON.stringify({ jsonrpc: '2.0', id: requestId, result: writeUpdate(update) }) })
  const named = (id: string, event: AgentEvent) => {
    const taskId = options.taskId ?? parseCursor(id)?.epoch ?? 'task'
    const thread = event.type === 'started' ? event['thread_id'] : undefined
    return { taskId, contextId: options.contextId ?? (typeof thread === 'string' && thread !== '' ? thread : `context-${taskId}`) }
  }
  const status = (state: TaskState, event: AgentEvent, message?: Message): Status => {
    const time = eventTime(event) ?? now?.()
    return { state, message, timestamp: time === undefined ? undefined : new Date(time).toISOString() }
  }
  type Owner = NonNullable<typeof owner>
  const messageOf = ({ taskId }: Owner, ...parts: Part[]): Message => ({ messageId: `${taskId}-message-${++messages}`, isAgent: true, parts })
  const artifact = (to: Owner, made: Artifact, append: boolean, lastChunk: boolean): Frame =>
    write({ kind: 'artifact', ...to, artifact: made, append, lastChunk })
  const answer = (to: Owner, part: Part, lastChunk = false): Frame => {
    const frame = artifact(to, { artifactId: `${to.taskId}-answer`, name: 'response', parts: [part] }, hasAnswer, lastChunk)
    hasAnswer = true
    return frame
  }
  /** The stream is closed after one that has metadata. */
  const state = (to: Owner, made: Status, metadata?: Metadata): Frame =>
    write({ kind: 'status', ...to, status: made, isFinal: metadata !== undefined, metadata })

  const encode = (to: Owner, entry: Entry): Frame => {
    const { event } = entry
    if (event.type === 'token' && isMain(event)) return answer(to, tokenPart(event))
    const file = event.type === 'file' ? filePart(event) : undefined
    if (file)
      return artifact(to, { artifactId: `${to.taskId}-file-${++files}`, name: file.kind === 'file' ? file.name : undefined, parts: [file] }, false, true)
    if (event.type !== 'approval_request') return state(to, status('working', event, messageOf(to, eventPart(event))))
    const question: Part = { kind: 'text', text: `May ${event.tool_name} be called?` }
    return state(to, status('input-required', event, messageOf(to, question, eventPart(event))), options.isLast?.(entry) ? ownTask : undefined)
  }
  const finish = (to: Owner, event: AgentEvent): Frame[] => {
    isOver = true
    const outcome = ending.outcome({ isNumbered: false })
    const output = outcome === 'completed' ? (result?.output ?? undefined) : undefined
    const frames: Frame[] = []
    // Nobody knows of a piece that it is the last one until the run is over.
    if (hasAnswer) frames.push(answer(to, { kind: 'text', text: '' }, true))
    else if (output !== undefined) frames.push(answer(to, outputPart(output), true))
    const metadata = endingMetadata(event)
    const end = (name: TaskState, text?: string): Frame => {
      const message = text === undefined ? undefined : messageOf(to, { kind: 'text', text })
      return state(to, status(name, event, message), metadata)
    }
    if (outcome === 'completed') return [...frames, end('completed')]
    if (event.type === 'cancelled') return [...frames, end('canceled', event.reason ?? undefined)]
    return [...frames, end('failed', failureText(event, result))]
  }
  return {
    push(entry) {
      if (isOver) return []
      const { id, event } = entry
      ending.see(event)
      if (event.type === 'result' && isMain(event)) result = event
      const to = owner ?? named(id, event)
      const first = owner ? [] : [write({ kind: 'task', ...to, status: status('working', event), artifacts: [], metadata: ownTask })]
      owner = to
      return ending.isOver() ? [...first, ...finish(to, event)] : [...first, encode(to, entry)]
    },
    end() {
      const outcome = ending.outcome({ isNumbered: false })
      if (isOver || !owner || outcome === 'truncated') return []
      return finish(owner, { type: 'completed', success: outcome === 'completed' })
    },
  }
}
