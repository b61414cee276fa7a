import { isTerminalEvent } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import type { Stage } from '../../stage.ts'
import { createToolReader } from './decode-tools.ts'
import { type ChunkOf, type ChunkType, carried, dataPrefix, isKnown, type KnownChunk, type OtherChunk, parseChunk, wrong } from './schema.ts'

/** What each chunk becomes. */
export type Readings<T extends ChunkType = ChunkType> = { readonly [K in T]: (chunk: ChunkOf<K>) => readonly AgentEvent[] }

const nothing: readonly AgentEvent[] = []
const custom = (name: string, data: unknown): AgentEvent => ({ type: 'custom', name, data })
const metadata = ({ messageMetadata: data }: OtherChunk): readonly AgentEvent[] => (data == null ? nothing : [custom('message-metadata', data)])
const isText = (value: unknown): value is string => typeof value === 'string'

function dataPart({ type, id, data, transient }: OtherChunk): AgentEvent {
  return { type: 'custom', name: type.slice(dataPrefix.length), data, ...(isText(id) ? { id } : {}), ...(transient === true ? { transient } : {}) }
}

const dataUrl = /^data:([^,]*);base64,/

/** Bytes travel as a URL here; ours name them apart. */
function file(chunk: ChunkOf<'file'> | ChunkOf<'reasoning-file'>): AgentEvent {
  const { url, mediaType: media_type } = chunk
  const inline = dataUrl.exec(url)
  return inline?.[1] === media_type ? { type: 'file', media_type, data: url.slice(inline[0].length) } : { type: 'file', media_type, url }
}

function source(chunk: ChunkOf<'source-url'> | ChunkOf<'source-document'>): AgentEvent {
  const { sourceId: source_id, title } = chunk
  const named = { type: 'source', source_id, ...(isText(title) ? { title } : {}) } as const
  if (chunk.type === 'source-url') return { ...named, url: chunk.url }
  return { ...named, media_type: chunk.mediaType, ...(isText(chunk['filename']) ? { name: chunk['filename'] } : {}) }
}

/** Where the message stands: its step, what it said in it, and what was opened and not closed. */
function createMessage() {
  const open = new Set<string>()
  let hasContent = false
  let step = 0
  let said = ''
  let result: AgentEvent | undefined
  const openPart = ({ type, id }: { type: string; id: string }): readonly AgentEvent[] => {
    open.add(`${type.slice(0, 4)} ${id}`)
    return nothing
  }
  const closePart = ({ type, id }: { type: string; id: string }): void => {
    open.delete(`${type.slice(0, 4)} ${id}`)
  }
  const held = (): readonly AgentEvent[] => (result ? [result] : nothing)
  const readings: Readings<Exclude<ChunkType, `tool-${string}`>> = {
    start: (chunk) => [{ type: 'started', ...(isText(chunk['messageId']) ? { message_id: chunk['messageId'] } : {}) }, ...metadata(chunk)],
    'start-step'() {
      open.add('step')
      said = ''
      return [{ type: 'iteration_start', iteration: ++step }]
    },
    'finish-step'() {
      open.delete('step')
      return nothing
    },
    // What the step showed so far is void. Of a first step ours says so by beginning it again; of a later one it has no word.
    'reset-step'(chunk) {
      said = ''
      open.clear()
      open.add('step')
      return step <= 1 ? [{ type: 'iteration_start', iteration: step }] : [custom(chunk.type, chunk)]
    },
    'message-metadata': metadata,
    'text-start': openPart,
    'text-delta': ({ delta }) => [{ type: 'token', content: delta }],
    'text-end'(chunk) {
      closePart(chunk)
      return chunk['citations'] == null ? nothing : [custom(chunk.type, chunk)]
    },
    'reasoning-start': openPart,
    'reasoning-delta': ({ delta }) => [{ type: 'thinking_token', content: delta }],
    'reasoning-end'(chunk) {
      closePart(chunk)
      return nothing
    },
    'source-url': (chunk) => [source(chunk)],
    'source-document': (chunk) => [source(chunk)],
    file: (chunk) => [file(chunk)],
    'reasoning-file': (chunk) => [file(chunk)],
    custom: (chunk) => [custom(chunk.kind, chunk)],
    error: ({ errorText }) => [...held(), { type: 'error', error: errorText }],
    abort: ({ reason }) => [...held(), { type: 'cancelled', ...(isText(reason) ? { reason } : {}) }],
    finish(chunk) {
      const { finishReason: stop } = chunk
      // The provider's stream broke off: a run that has no end, whatever its wrapping says.
      if (stop === 'interrupted') return metadata(chunk)
      const success = stop !== 'error'
      const made: AgentEvent = { type: 'result', output: said, success, ...(isText(stop) ? { stop_reason: stop } : {}) }
      return [...metadata(chunk), result ?? made, { type: 'completed', success }]
    },
  }
  return {
    readings,
    /** True when something was told, and nothing was left open. */
    isWhole: (): boolean => hasContent && open.size === 0,
    /** A result is told with the end: told before, it would make an end of the place where the stream is cut. */
    hold(event: EventOf<'result'>): readonly AgentEvent[] {
      result = event
      hasContent = true
      return nothing
    },
    see(event: AgentEvent): void {
      // What is said of the message is nothing in it.
      hasContent ||= event.type !== 'started' && !(event.type === 'custom' && event.name === 'message-metadata')
      if (effectiveLoopScope(event).kind === 'dawp') return
      if (event.type === 'token') said += event.content
      else if (event.type === 'iteration_start') step = event.iteration
    },
  }
}

export function uiMessageStreamDecoder(): Stage<Frame, AgentEvent> {
  const message = createMessage()
  const tools = createToolReader()
  const readings: Readings = { ...message.readings, ...tools.readings }
  let isStarted = false
  let isOver = false

  const read = (chunk: OtherChunk, data: string): readonly AgentEvent[] => {
    // One lookup by a key that a chunk holds cannot be followed by the types.
    if (isKnown(chunk)) return (readings[chunk.type] as (chunk: KnownChunk) => readonly AgentEvent[])(chunk)
    if (!chunk.type.startsWith(dataPrefix)) return [custom(chunk.type, chunk)]
    if (chunk.type !== dataPrefix + carried) return [dataPart(chunk)]
    const event = parseEvent(chunk['data'])
    if (isTerminalEvent(event)) throw wrong('a run is ended by a chunk, not by a carried event', data)
    return event.type === 'result' && effectiveLoopScope(event).kind === 'main' ? message.hold(event) : [event]
  }
  /** The end of the body. Servers that write their chunks by hand send no `finish`: theirs is whole when nothing was left open. */
  const readDone = (): readonly AgentEvent[] => {
    if (!message.isWhole() || tools.hasOpen()) return nothing
    return message.readings.finish({ type: 'finish' })
  }
  const tell = (events: readonly AgentEvent[]): readonly AgentEvent[] => {
    const [first] = events
    if (!first) return events
    for (const event of events) {
      message.see(event)
      isOver ||= isTerminalEvent(event)
    }
    if (isStarted) return events
    isStarted = true
    return first.type === 'started' ? events : [{ type: 'started' }, ...events]
  }
  return {
    push({ data }) {
      if (isOver || data === '') return []
      if (data === '[DONE]') return tell(readDone())
      const chunk = parseChunk(data)
      const events = tell(read(chunk, data))
      isOver ||= chunk.type === 'finish'
      return events
    },
    end: () => [],
  }
}
