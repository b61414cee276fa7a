import { isDawpEvent } from '../../events/scope.ts'
import type { AgentEvent, EventOf, EventType } from '../../events/vocabulary.ts'
import { type Ending, type Entry, failureOf, type RunWords, writtenRun } from '../../events/written-run.ts'
import type { Frame } from '../../frames/frame.ts'
import { asText, ifText, isObject, isText, type Typed } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { carried, dataPrefix } from './chunk.ts'
import { createToolWriter } from './encode-tools.ts'

// No frame has an id: one event becomes several chunks, or none, and an id would promise that none is missing.
// A member that is undefined is not written.

type Written = readonly Typed[] | undefined
/** The words for an event; undefined where there are none, and it has to be carried. */
type Writings = { readonly [T in EventType]?: (event: EventOf<T>) => Written }

const carry = (event: AgentEvent): Typed => ({ type: dataPrefix + carried, transient: true, data: event })

/** The part that text goes to. Texts and thoughts each open one of their own, and whatever is shown between them closes it. */
function createOpenPart() {
  let kind: 'text' | 'reasoning' | undefined
  let count = 0
  const close = (): readonly Typed[] => {
    if (!kind) return []
    const end = `${kind}-end`
    kind = undefined
    return [{ type: end, id: `part-${count}` }]
  }
  return {
    close,
    say(to: 'text' | 'reasoning', delta: string): readonly Typed[] {
      if (delta === '') return []
      const opened: readonly Typed[] = kind === to ? [] : [...close(), { type: `${to}-start`, id: `part-${++count}` }]
      kind = to
      return [...opened, { type: `${to}-delta`, id: `part-${count}`, delta }]
    },
  }
}

function source({ source_id: sourceId, url, title, media_type: mediaType, name }: EventOf<'source'>): Written {
  if (isText(url)) return [{ type: 'source-url', sourceId, url, title: ifText(title) }]
  return isText(title) && isText(mediaType) ? [{ type: 'source-document', sourceId, mediaType, title, filename: ifText(name) }] : undefined
}

function file({ media_type: mediaType, url, data }: EventOf<'file'>): Written {
  const address = ifText(url) ?? (isText(data) ? `data:${mediaType};base64,${data}` : undefined)
  return address === undefined ? undefined : [{ type: 'file', url: address, mediaType }]
}

function custom({ name, data, id, transient }: EventOf<'custom'>): Written {
  if (name === carried) return undefined
  if (name === 'message-metadata' && isObject(data)) return [{ type: name, messageMetadata: data }]
  return [{ type: dataPrefix + name, id: ifText(id), data, transient: transient === true || undefined }]
}

const finishReasons = ['stop', 'length', 'content-filter', 'tool-calls']

function finishReason(stop: unknown): string {
  if (!isText(stop)) return 'stop'
  const reason = stop.replaceAll('_', '-')
  return finishReasons.includes(reason) ? reason : 'other'
}

/** The last words of a run; a text is written as it is. */
type LastWord = Typed | '[DONE]'

function lastChunk(ending: Ending): Typed {
  const { outcome, event, result } = ending
  switch (outcome) {
    case 'completed':
      return { type: 'finish', finishReason: finishReason(result?.stop_reason) }
    case 'cancelled':
      return { type: 'abort', reason: (event?.type === 'cancelled' && event.reason) || undefined }
    case 'failed':
      return { type: 'error', errorText: failureOf(ending) }
    case 'truncated':
      return { type: 'finish', finishReason: 'interrupted' }
  }
}

function chunks(): RunWords<LastWord> {
  const part = createOpenPart()
  let steps = 0
  let iteration: number | undefined
  let hasOutput = false

  const nextStep = (): readonly Typed[] => [...(steps++ > 0 ? [{ type: 'finish-step' }] : []), { type: 'start-step' }]
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
  }
  return {
    begin(first) {
      const event = first?.event
      return [{ type: 'start', messageId: ifText(event?.type === 'started' ? event['message_id'] : undefined) }]
    },
    tell(event, isFirst) {
      if (isFirst && event.type === 'started') return []
      if (isDawpEvent(event)) return [carry(event)]
      // One lookup by a key that an event holds cannot be followed by the types.
      const written = (writings[event.type] as ((event: AgentEvent) => Written) | undefined)?.(event)
      if (!written) return [carry(event)]
      hasOutput ||= event.type === 'tool_result' || event.type === 'tool_error'
      return written.length === 0 || event.type === 'token' || event.type === 'thinking_token' ? written : [...part.close(), ...written]
    },
    end: (ending) => [...part.close(), ...(steps > 0 ? [{ type: 'finish-step' }] : []), lastChunk(ending), '[DONE]'],
  }
}

export const uiMessageStreamEncoder = (): Stage<Entry, Frame> => writtenRun(chunks(), (chunk) => ({ data: asText(chunk) }))
