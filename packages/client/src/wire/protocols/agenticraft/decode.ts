import { isTerminalEvent } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject, parsePythonJson } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { carried, isoTimeOf, looksLikeChunk, parseChunk, type StreamChunk } from './chunk.ts'

export interface DecodeOptions {
  /** Frames are text, whatever they look like. */
  readonly isText: boolean
  readonly isFinalChunkOptional: boolean
}

const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'

type Metadata = Readonly<Record<string, unknown>>

export function agenticraftDecoder({ isText, isFinalChunkOptional }: DecodeOptions): Stage<Frame, AgentEvent> {
  let kind: 'text' | 'chunks' | undefined = isText ? 'text' : undefined
  let isStarted = false
  let hasResult = false
  let isOver = false
  let text = ''

  /** An event on its way out: the first is preceded by `started`, and none follows the last. */
  const tell = (events: readonly AgentEvent[]): readonly AgentEvent[] => {
    const [first] = events
    if (!first) return events
    for (const event of events) {
      if (event.type === 'token') text += isMain(event) ? event.content : ''
      else {
        hasResult ||= event.type === 'result' && isMain(event)
        isOver ||= isTerminalEvent(event)
      }
    }
    if (isStarted) return events
    isStarted = true
    return first.type === 'started' ? events : [{ type: 'started' }, ...events]
  }
  const finish = ({ metadata, timestamp }: Partial<StreamChunk>, output: string): AgentEvent[] => {
    const stop = metadata?.['finish_reason'] ?? metadata?.['stop_reason']
    const result: EventOf<'result'> = { type: 'result', output, success: true, ...(typeof stop === 'string' ? { stop_reason: stop } : {}) }
    const time = metadata?.['execution_time']
    const completed: EventOf<'completed'> = { type: 'completed', success: true, ...(typeof time === 'number' ? { execution_time: time } : {}) }
    const at = isoTimeOf(timestamp)
    return [...(hasResult ? [] : [result]), at === undefined ? completed : { ...completed, timestamp: at }]
  }
  const decodeFinal = (chunk: StreamChunk): AgentEvent[] => {
    const { content } = chunk
    const metadata = chunk.metadata ?? {}
    const total = metadata['total_content']
    return [...toolCalls(metadata), ...usage(metadata), ...finish(chunk, typeof total === 'string' ? total : text + content)]
  }
  const decodeChunk = (value: unknown): AgentEvent[] => {
    if (isObject(value) && typeof value['error'] === 'string' && value['content'] === undefined) return [failure(value)]
    const chunk = parseChunk(value)
    const events = contentOf(chunk)
    return chunk.is_final ? [...events, ...decodeFinal(chunk)] : events
  }
  const decode = ({ data }: Frame): AgentEvent[] => {
    if (data === '') return []
    kind ??= isChunkText(data) ? 'chunks' : 'text'
    if (kind === 'text') return [{ type: 'token', content: data }]
    return data === '[DONE]' ? [] : decodeChunk(parsePythonJson(data))
  }
  return {
    push(frame) {
      if (isOver) return []
      return tell(frame.event === 'error' ? [failureOf(frame.data)] : decode(frame))
    },
    end() {
      // Text has no other end than the body's. Chunks have their final one, unless the caller knows that it is not sent; and
      // a body with nothing in it may have been either.
      if (isOver || (kind !== 'text' && !isFinalChunkOptional)) return []
      return tell(finish({}, text))
    },
  }
}

function isChunkText(data: string): boolean {
  if (!data.startsWith('{')) return false
  try {
    return looksLikeChunk(JSON.parse(data))
  } catch {
    return false // A text that begins with a brace.
  }
}

/** Without a list of the names: pieces of text come by the thousand. */
function isEmpty(metadata: Metadata): boolean {
  for (const _ in metadata) return false
  return true
}

function contentOf({ content, metadata, timestamp: seconds }: StreamChunk): AgentEvent[] {
  if (metadata && isObject(metadata[carried])) return [parseEvent(metadata[carried])]
  if (content === '') return []
  const timestamp = isoTimeOf(seconds)
  if (!metadata || isEmpty(metadata)) return [timestamp === undefined ? { type: 'token', content } : { type: 'token', content, timestamp }]
  const envelope = timestamp === undefined ? {} : { timestamp }
  // Two names for the kind of a piece: the guide's and the one that is sent (`providers/anthropic.py`).
  const kind = String(metadata['event_type'] ?? metadata['type'])
  return [kind.startsWith('thinking') ? { type: 'thinking_token', content, ...envelope } : { type: 'token', content, metadata, ...envelope }]
}

function toolCalls({ tool_calls: calls }: Metadata): AgentEvent[] {
  if (!Array.isArray(calls) || calls.length === 0) return []
  const modelCalls = calls.filter(isObject).map(({ id, name, arguments: values }, index) => ({
    id: typeof id === 'string' ? id : `call-${index + 1}`,
    function: { name: typeof name === 'string' ? name : 'unknown', arguments: typeof values === 'string' ? values : JSON.stringify(values ?? {}) },
  }))
  return [{ type: 'tool_calls_ready', tool_calls: modelCalls }]
}

/** Under the names of the guide, of OpenAI, and of Ollama, which counts in the chunk itself. */
function usage(metadata: Metadata): AgentEvent[] {
  const counts = isObject(metadata['usage']) ? metadata['usage'] : metadata
  const count = (...names: readonly string[]): number | undefined => {
    const found = names.map((name) => counts[name]).find((value) => typeof value === 'number')
    return typeof found === 'number' ? found : undefined
  }
  const input = count('input_tokens', 'prompt_tokens', 'prompt_eval_count')
  const output = count('output_tokens', 'completion_tokens', 'eval_count')
  const total = count('total_tokens')
  if (input === undefined && output === undefined && total === undefined) return []
  const known = { ...(input === undefined ? {} : { input_tokens: input }), ...(output === undefined ? {} : { output_tokens: output }) }
  return [{ type: 'usage', ...known, ...(total === undefined ? {} : { total_tokens: total }) }]
}

/** AgentiCraft cuts the connection; hosts that tell the error write its text, or an object with the text. */
function failureOf(data: string): AgentEvent {
  const asText: AgentEvent = { type: 'error', error: data }
  if (!data.startsWith('{')) return asText
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) && (typeof value['error'] === 'string' || typeof value['message'] === 'string') ? failure(value) : asText
  } catch {
    return asText // A text that begins with a brace.
  }
}

function failure(value: Record<string, unknown>): AgentEvent {
  if (isObject(value[carried])) return parseEvent(value[carried])
  return parseEvent({ ...value, type: 'error', error: value['error'] ?? value['message'] })
}
