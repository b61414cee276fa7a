import { isTerminalEvent } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import { isMain } from '../../events/scope.ts'
import { createToldRun, custom } from '../../events/told-run.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { given, ifText, isTyped, parseJson, type Typed } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { carried, dataPrefix, having, type Reading, wrong } from './chunk.ts'
import { createToolReader } from './decode-tools.ts'

const nothing: readonly AgentEvent[] = []
const metadata = ({ messageMetadata: data }: Typed): readonly AgentEvent[] => (data == null ? nothing : [custom('message-metadata', data)])

function dataPart({ type, id, data, transient }: Typed): AgentEvent {
  return { ...custom(type.slice(dataPrefix.length), data), ...given({ id: ifText(id), transient: transient === true || undefined }) }
}

const dataUrl = /^data:([^,]*);base64,/

/** Bytes travel as a URL here; ours name them apart. */
const file = having(['url', 'mediaType'], ({ url, mediaType: media_type }) => {
  const inline = dataUrl.exec(url)
  return [{ type: 'file', media_type, ...(inline?.[1] === media_type ? { data: url.slice(inline[0].length) } : { url }) }]
})

/**
 * Where the message stands: its step, what it said in it, and what was opened and not closed. The chunks of tools are read apart.
 * Rules: `ai` 7.0, `src/ui-message-stream/ui-message-chunks.ts`; 5.0 and 6.0 send a part of these.
 */
function createMessage() {
  const open = new Set<string>()
  let hasContent = false
  let step = 0
  let said = ''
  let result: AgentEvent | undefined
  const partOf = ({ type, id }: Typed & { readonly id: string }): string => `${type.slice(0, 4)} ${id}`
  const openPart = having(['id'], (chunk) => {
    open.add(partOf(chunk))
    return nothing
  })
  const closePart = having(['id'], (chunk) => {
    open.delete(partOf(chunk))
    return chunk['citations'] == null ? nothing : [custom(chunk.type, chunk)]
  })
  const held = (): readonly AgentEvent[] => (result ? [result] : nothing)
  const finish: Reading = (chunk) => {
    const { finishReason: stop } = chunk
    // The provider's stream broke off: a run that has no end, whatever its wrapping says.
    if (stop === 'interrupted') return metadata(chunk)
    const success = stop !== 'error'
    const made: AgentEvent = { type: 'result', output: said, success, ...given({ stop_reason: ifText(stop) }) }
    return [...metadata(chunk), result ?? made, { type: 'completed', success }]
  }
  const readings: Readonly<Record<string, Reading>> = {
    start: (chunk) => [{ type: 'started', ...given({ message_id: ifText(chunk['messageId']) }) }, ...metadata(chunk)],
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
    'text-delta': having(['id', 'delta'], ({ delta }) => [{ type: 'token', content: delta }]),
    'text-end': closePart,
    'reasoning-start': openPart,
    'reasoning-delta': having(['id', 'delta'], ({ delta }) => [{ type: 'thinking_token', content: delta }]),
    'reasoning-end': closePart,
    'source-url': having(['sourceId', 'url'], ({ sourceId: source_id, url, title }) => [
      { type: 'source', source_id, ...given({ title: ifText(title) }), url },
    ]),
    'source-document': having(['sourceId', 'mediaType', 'title'], ({ sourceId: source_id, mediaType: media_type, title, filename }) => [
      { type: 'source', source_id, title, media_type, ...given({ name: ifText(filename) }) },
    ]),
    file,
    'reasoning-file': file,
    custom: having(['kind'], (chunk) => [custom(chunk.kind, chunk)]),
    error: having(['errorText'], ({ errorText }) => [...held(), { type: 'error', error: errorText }]),
    abort: ({ reason }) => [...held(), { type: 'cancelled', ...given({ reason: ifText(reason) }) }],
    finish,
  }
  return {
    readings,
    finish,
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
      if (!isMain(event)) return
      if (event.type === 'token') said += event.content
      else if (event.type === 'iteration_start') step = event.iteration
    },
  }
}

/** The readings of one message, by type, and what was told of it. */
export function createReadings() {
  const message = createMessage()
  const tools = createToolReader()
  return { message, tools, byType: new Map(Object.entries({ ...message.readings, ...tools.readings })) }
}

export function uiMessageStreamDecoder(): Stage<Frame, AgentEvent> {
  const { message, tools, byType } = createReadings()
  const run = createToldRun(message.see)
  let isFinished = false

  const read = (chunk: Typed): readonly AgentEvent[] => {
    const reading = byType.get(chunk.type)
    if (reading) return reading(chunk)
    if (!chunk.type.startsWith(dataPrefix)) return [custom(chunk.type, chunk)]
    if (chunk.type !== dataPrefix + carried) return [dataPart(chunk)]
    const event = parseEvent(chunk['data'])
    if (isTerminalEvent(event)) throw wrong('a run is ended by a chunk, not by a carried event', chunk)
    return event.type === 'result' && isMain(event) ? message.hold(event) : [event]
  }
  /** The end of the body. Servers that write their chunks by hand send no `finish`: theirs is whole when nothing was left open. */
  const readDone = (): readonly AgentEvent[] => (message.isWhole() && !tools.hasOpen() ? message.finish({ type: 'finish' }) : nothing)
  return {
    push({ data }) {
      if (isFinished || run.isOver() || data === '') return []
      if (data === '[DONE]') return run.tell(readDone())
      const chunk = parseJson(data)
      if (!isTyped(chunk)) throw wrong('expected an object with a text `type`', chunk)
      isFinished = chunk.type === 'finish'
      return run.tell(read(chunk))
    },
    end: () => [],
  }
}
