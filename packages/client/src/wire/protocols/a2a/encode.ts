import { parseCursor } from '../../cursor.ts'
import { isMain } from '../../events/scope.ts'
import { eventTime } from '../../events/time.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { type Ending, type Entry, failureOf, type RunWords, writtenRun } from '../../events/written-run.ts'
import type { Frame } from '../../frames/frame.ts'
import { asText, isName, isObject, type Members } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { eventPart, marked, ownTask, repetition } from './own.ts'
import type { RpcId } from './rpc.ts'
import type { Artifact, Message, Part, Status, TaskState, WriteUpdate, Written } from './update.ts'

/** The names of one call, for a server that knows them. */
export interface A2aOptions {
  /** The `id` of the call that is answered. Read: the only one taken, else that of the first frame. Written: 1 unless given. */
  readonly requestId?: RpcId
  /** Written unless the first entry's journal is to name it. */
  readonly taskId?: string
  /** Written unless a `started` event is to name it, by its `thread_id`. */
  readonly contextId?: string
  /** Written: whether the stream is closed after this question though the task is not over. */
  readonly isLast?: (approvalId: string) => boolean
  /** The clock for a status whose event tells no time; such a status has no time without it, and so the same bytes every time. */
  readonly now?: () => number
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)

function tokenPart({ type, content: text, ...members }: EventOf<'token'>): Part {
  const isPlain = text !== '' && Object.keys(members).length === 0
  return { kind: 'text', text, metadata: isPlain ? undefined : marked(members) }
}

/** A file is sent as one when it is either an address or bytes; else its event tells about it. */
function filePart({ type, url, data: bytes, ...members }: EventOf<'file'>): (Part & { readonly kind: 'file' }) | undefined {
  const named = { kind: 'file', mediaType: members.media_type, name: members.name ?? undefined, metadata: marked(members) } as const
  if (url && bytes === undefined) return { ...named, url }
  return bytes && url === undefined && isBase64(bytes) ? { ...named, bytes } : undefined
}

/** What a run says only in its result. */
function outputPart(output: unknown): Part {
  return isObject(output) ? { kind: 'data', data: output, metadata: repetition } : { kind: 'text', text: asText(output), metadata: repetition }
}

/**
 * The task first, then one artifact that grows by the pieces of the answer, and a status for everything else, with the event as
 * a data part: what tools say is never part of the answer. A run that was cut off gets no last status, so its reader knows.
 */
function a2aWords({ now, isLast, ...names }: A2aOptions): RunWords<Written> {
  let owner = { taskId: '', contextId: '' }
  let hasAnswer = false
  let messages = 0
  let files = 0

  const ownerOf = ({ id, event }: Entry): typeof owner => {
    const taskId = names.taskId ?? parseCursor(id)?.epoch ?? 'task'
    const thread = event.type === 'started' ? event['thread_id'] : undefined
    return { taskId, contextId: names.contextId ?? (isName(thread) ? thread : `context-${taskId}`) }
  }
  const status = (state: TaskState, event: AgentEvent, message?: Message): Status => {
    const time = eventTime(event) ?? now?.()
    return { state, message, timestamp: time === undefined ? undefined : new Date(time).toISOString() }
  }
  const message = (...parts: Part[]): Message => ({ messageId: `${owner.taskId}-message-${++messages}`, isAgent: true, parts })
  const artifact = (made: Artifact, append: boolean, lastChunk: boolean): Written => ({ kind: 'artifact', ...owner, artifact: made, append, lastChunk })
  const answer = (part: Part, lastChunk = false): Written => {
    const append = hasAnswer
    hasAnswer = true
    return artifact({ artifactId: `${owner.taskId}-answer`, name: 'response', parts: [part] }, append, lastChunk)
  }
  /** The stream is closed after one that has metadata. */
  const state = (made: Status, metadata?: Members): Written => ({ kind: 'status', ...owner, status: made, isFinal: metadata !== undefined, metadata })

  const encode = (event: AgentEvent): Written => {
    if (event.type === 'token' && isMain(event)) return answer(tokenPart(event))
    const file = event.type === 'file' ? filePart(event) : undefined
    if (file) return artifact({ artifactId: `${owner.taskId}-file-${++files}`, name: file.name, parts: [file] }, false, true)
    if (event.type !== 'approval_request') return state(status('working', event, message(eventPart(event))))
    const question: Part = { kind: 'text', text: `May ${event.tool_name} be called?` }
    return state(status('input-required', event, message(question, eventPart(event))), isLast?.(event.approval_id) ? ownTask : undefined)
  }
  /** Nobody knows of a piece that it is the last one until the run is over. */
  const lastAnswer = ({ outcome, result }: Ending): Written[] => {
    if (hasAnswer) return [answer({ kind: 'text', text: '' }, true)]
    return outcome === 'completed' && result?.output != null ? [answer(outputPart(result.output), true)] : []
  }
  /** How the task stands in the end, and why. */
  const verdict = (ending: Ending): readonly [TaskState, string | undefined] => {
    if (ending.outcome === 'completed') return ['completed', undefined]
    return ending.event?.type === 'cancelled' ? ['canceled', ending.event.reason ?? undefined] : ['failed', failureOf(ending)]
  }
  return {
    begin(first) {
      if (!first) return []
      owner = ownerOf(first)
      return [{ kind: 'task', ...owner, status: status('working', first.event), isFinal: false, artifacts: [], metadata: ownTask }]
    },
    tell: (event) => [encode(event)],
    end(ending) {
      const { outcome, event = { type: 'completed', success: outcome === 'completed' } } = ending
      if (outcome === 'truncated') return []
      const answered = lastAnswer(ending)
      const [end, text] = verdict(ending)
      const said = text === undefined ? undefined : message({ kind: 'text', text })
      return [...answered, state(status(end, event, said), marked(event))]
    },
  }
}

export const a2aEncoder = (writeUpdate: WriteUpdate, { requestId: id = 1, ...options }: A2aOptions): Stage<Entry, Frame> =>
  writtenRun(a2aWords(options), (update) => ({ data: JSON.stringify({ jsonrpc: '2.0', id, result: writeUpdate(update) }) }))
