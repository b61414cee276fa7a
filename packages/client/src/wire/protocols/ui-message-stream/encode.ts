import { watchEnding } from '../../events/ending.ts'
import { effectiveLoopScope, isDawpBoundary } from '../../events/scope.ts'
import type { AgentEvent, EventOf, EventType } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { Entry } from '../protocol.ts'
import { createToolWriter } from './encode-tools.ts'
import { carried, dataPrefix, type OtherChunk } from './schema.ts'

// No frame has an id: one event becomes several chunks, or none, and an id would promise that none is missing.

type Written = readonly OtherChunk[] | undefined
/** The words for an event; undefined where there are none, and it has to be carried. */
type Writings = { readonly [T in EventType]?: (event: EventOf<T>) => Written }

const carry = (event: AgentEvent): OtherChunk => ({ type: dataPrefix + carried, transient: true, data: event })
const isText = (value: unknown): value is string => typeof value === 'string'

/** The part that text goes to. Texts and thoughts each open one of their own, and whatever is shown between them closes it. */
function createOpenPart() {
  let kind: 'text' | 'reasoning' | undefined
  let count = 0
  const close = (): readonly OtherChunk[] => {
    if (!kind) return []
    const end = { type: `${kind}-end`, id: `part-${count}` }
    kind = undefined
    return [end]
  }
  return {
    close,
    say(to: 'text' | 'reasoning', delta: string): readonly OtherChunk[] {
      if (delta === '') return []
      const opened: readonly OtherChunk[] = kind === to ? [] : [...close(), { type: `${to}-start`, id: `part-${++count}` }]
      kind = to
      return [...opened, { type: `${to}-delta`, id: `part-${count}`, delta }]
    },
  }
}

function source({ source_id: sourceId, url, title, ...rest }: EventOf<'source'>): Written {
  if (isText(url)) return [{ type: 'source-url', sourceId, url, ...(isText(title) ? { title } : {}) }]
  const { media_type: mediaType, name } = rest
  if (!isText(title) || !isText(mediaType)) return undefined
  return [{ type: 'source-document', sourceId, mediaType, title, ...(isText(name) ? { filename: name } : {}) }]
}

function file({ media_type: mediaType, url, data }: EventOf<'file'>): Written {
  if (isText(url)) return [{ type: 'file', url, mediaType }]
  return isText(data) ? [{ type: 'file', url: `data:${mediaType};base64,${data}`, mediaType }] : undefined
}

function custom({ name, data, id, transient }: EventOf<'custom'>): Written {
  if (name === carried) return undefined
  if (name === 'message-metadata' && isObject(data)) return [{ type: name, messageMetadata: data }]
  return [{ type: dataPrefix + name, ...(isText(id) ? { id } : {}), data, ...(transient === true ? { transient } : {}) }]
}

const finishReasons = new Set(['stop', 'length', 'content-filter', 'tool-calls'])

function finishReason(stop: unknown): string {
  if (!isText(stop)) return 'stop'
  const reason = stop.replaceAll('_', '-')
  return finishReasons.has(reason) ? reason : 'other'
}

function started(event: AgentEvent): OtherChunk {
  const messageId: unknown = event.type === 'started' ? event['message_id'] : undefined
  return { type: 'start', ...(isText(messageId) ? { messageId } : {}) }
}

function chunks(): Stage<AgentEvent, OtherChunk> {
  const ending = watchEnding()
  const part = createOpenPart()
  let result: EventOf<'result'> | undefined
  let steps = 0
  let iteration: number | undefined
  let hasOutput = false
  let isStarted = false
  let isOver = false

  const nextStep = (): readonly OtherChunk[] => [...(steps++ > 0 ? [{ type: 'finish-step' }] : []), { type: 'start-step' }]
  const step = (event: EventOf<'iteration_start'>): Written => {
    const isRetry = iteration !== undefined && event.iteration <= iteration
    iteration = event.iteration
    // A silent retry: everything since the first step is void. Readers can take back one step only.
    if (isRetry) return steps === 1 ? [{ type: 'reset-step' }] : undefined
    return nextStep()
  }
  /**
   * What the model says to its tools' outputs is a step of its own, also of an agent that does not count its rounds. Else a page
   * takes the last step for one that waits to be answered, and asks again without end (`lastAssistantMessageIsCompleteWithToolCalls`).
   */
  const say = (to: 'text' | 'reasoning', content: string): Written => {
    if (!hasOutput || content === '') return part.say(to, content)
    hasOutput = false
    const step = iteration === undefined ? [...part.close(), ...nextStep()] : []
    return [...step, ...part.say(to, content)]
  }
  const writings: Writings = {
    token: ({ content }) => say('text', content),
    thinking_token: ({ content }) => say('reasoning', content),
    iteration_start: step,
    ...createToolWriter(),
    source,
    file,
    custom,
    result(event) {
      result = event
      return undefined
    },
  }
  const write = (event: AgentEvent): readonly OtherChunk[] => {
    if (effectiveLoopScope(event).kind === 'dawp' || isDawpBoundary(event)) return [carry(event)]
    // One lookup by a key that an event holds cannot be followed by the types.
    const written = (writings[event.type] as ((event: AgentEvent) => Written) | undefined)?.(event)
    if (!written) return [carry(event)]
    hasOutput ||= event.type === 'tool_result' || event.type === 'tool_error'
    return written.length === 0 || event.type === 'token' || event.type === 'thinking_token' ? written : [...part.close(), ...written]
  }
  const failure = (event: AgentEvent | undefined): string =>
    event?.type === 'error' ? event.error : (result?.reason ?? 'The agent reported that it did not succeed')
  const finish = (event?: AgentEvent): readonly OtherChunk[] => {
    isOver = true
    const closed = [...part.close(), ...(steps > 0 ? [{ type: 'finish-step' }] : [])]
    switch (ending.outcome({ isNumbered: false })) {
      case 'completed':
        return [...closed, { type: 'finish', finishReason: finishReason(result?.stop_reason) }]
      case 'cancelled':
        return [...closed, { type: 'abort', ...(event?.type === 'cancelled' && event.reason ? { reason: event.reason } : {}) }]
      case 'failed':
        return [...closed, { type: 'error', errorText: failure(event) }]
      default:
        return [...closed, { type: 'finish', finishReason: 'interrupted' }]
    }
  }
  return {
    push(event) {
      if (isOver) return []
      ending.see(event)
      const isFirst = !isStarted
      isStarted = true
      const begun = isFirst ? [started(event)] : []
      if (ending.isOver()) return [...begun, ...finish(event)]
      return isFirst && event.type === 'started' ? begun : [...begun, ...write(event)]
    },
    end: () => (isOver ? [] : [...(isStarted ? [] : [{ type: 'start' }]), ...finish()]),
  }
}

export function uiMessageStreamEncoder(): Stage<Entry, Frame> {
  const stage = chunks()
  let isOver = false
  const frames = (written: readonly OtherChunk[], isEnd: boolean): readonly Frame[] => {
    isOver ||= isEnd
    const out: Frame[] = written.map((chunk) => ({ data: JSON.stringify(chunk) }))
    if (isEnd) out.push({ data: '[DONE]' })
    return out
  }
  return {
    push({ event }) {
      const written = stage.push(event)
      return frames(written, !isOver && endsMessage(written.at(-1)))
    },
    end: () => (isOver ? [] : frames(stage.end(), true)),
  }
}

const endsMessage = (chunk: OtherChunk | undefined): boolean => chunk?.type === 'finish' || chunk?.type === 'error' || chunk?.type === 'abort'
