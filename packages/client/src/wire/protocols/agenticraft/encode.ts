import { watchEnding } from '../../events/ending.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import { eventTime } from '../../events/time.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { Entry } from '../protocol.ts'
import { carried } from './chunk.ts'

// No frame has an id: these forms leave entries out, and an id would promise that none is missing.

const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'

/** What a run that did not complete leaves behind. Without it a reader of bare text would take the end for a good one. */
function failureText(event: AgentEvent | undefined, reason: string | undefined): string {
  if (event?.type === 'error') return event.error
  if (event?.type === 'cancelled') return event.reason ?? 'The run was cancelled'
  return reason ?? (event ? 'The agent reported that it did not succeed' : 'The run ended before its answer did')
}

/** Holds the two forms together: what is a piece of the answer, what is something else, and how it ends. */
interface Form {
  piece(event: EventOf<'token'>): Frame
  other(event: AgentEvent): readonly Frame[]
  completed(result: EventOf<'result'> | undefined, completed: EventOf<'completed'> | undefined): readonly Frame[]
  failed(text: string, event: AgentEvent | undefined): Frame
}

function encoderOf(form: Form): Stage<Entry, Frame> {
  const ending = watchEnding()
  let result: EventOf<'result'> | undefined
  let isOver = false

  const finish = (event: AgentEvent | undefined): readonly Frame[] => {
    isOver = true
    const completed = event?.type === 'completed' ? event : undefined
    if (ending.outcome({ isNumbered: false }) === 'completed') return form.completed(result, completed)
    return [form.failed(failureText(event, result?.reason ?? undefined), event)]
  }
  return {
    push({ event }) {
      if (isOver) return []
      if (event.type === 'token' && isMain(event) && event.content !== '') return [form.piece(event)]
      ending.see(event)
      if (event.type === 'result' && isMain(event)) result = event
      return ending.isOver() ? finish(event) : form.other(event)
    },
    end: () => (isOver ? [] : finish(undefined)),
  }
}

const json = (value: unknown, event?: string): Frame => ({ data: JSON.stringify(value), ...(event ? { event } : {}) })

const seconds = (event: AgentEvent | undefined): { timestamp?: number } => {
  const time = event && eventTime(event)
  return time === undefined ? {} : { timestamp: time / 1000 }
}

const carry = (event: AgentEvent): Frame => json({ content: '', token: null, metadata: { [carried]: event }, is_final: false, ...seconds(event) })

const pieceMembers = new Set(['type', 'content', 'metadata', 'timestamp'])

/** True for a token that is read again as it was from content and metadata alone. */
function isPlain(event: EventOf<'token'>): boolean {
  const { metadata } = event
  if (metadata !== undefined) {
    const keys = isObject(metadata) ? Object.keys(metadata) : []
    if (keys.length === 0 || keys.some((key) => key === carried || key === 'event_type' || key === 'type')) return false
  }
  return Object.keys(event).every((key) => pieceMembers.has(key))
}

/**
 * JSON chunks. What AgentiCraft has no words for travels in the metadata of a chunk without content, which its readers pass
 * over; a token with members of its own keeps its content in the open and travels there as well.
 */
export function chunkEncoder(): Stage<Entry, Frame> {
  return encoderOf({
    piece: (event) => {
      const metadata = isPlain(event) ? (event.metadata ?? {}) : { [carried]: event }
      return json({ content: event.content, token: event.content, metadata, is_final: false, ...seconds(event) })
    },
    other: (event) => [carry(event)],
    completed: (result, completed) => {
      const output = result?.output
      const time = completed?.execution_time
      const metadata = {
        finish_reason: result?.stop_reason ?? 'stop',
        tool_calls: null,
        total_content: typeof output === 'string' ? output : null,
        ...(typeof time === 'number' ? { execution_time: time } : {}),
      }
      return [json({ content: '', token: null, metadata, is_final: true, ...seconds(completed) })]
    },
    failed(error, event) {
      if (event?.type === 'error') return json({ ...event, type: undefined }, 'error')
      if (event?.type === 'cancelled') return json({ error, [carried]: event }, 'error')
      return json({ error, code: event ? 'agent' : 'interrupted' }, 'error')
    },
  })
}

/** Bare text, one frame per piece of the answer. The framing prefixes every line, so that no text can end its frame or name it. */
export function textEncoder(): Stage<Entry, Frame> {
  return encoderOf({
    piece: ({ content }) => ({ data: content }),
    other: () => [],
    completed: () => [],
    failed: (data) => ({ data, event: 'error' }),
  })
}
