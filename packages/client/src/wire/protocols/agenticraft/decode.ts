import { isoTimeOf } from '../../events/iso-time.ts'
import { parseEvent } from '../../events/parse.ts'
import { isMain } from '../../events/scope.ts'
import { createToldRun } from '../../events/told-run.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { asText, given, isObject, isText, type Members, objectIn, parsePythonJson } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { carried, looksLikeChunk, parseChunk, type StreamChunk } from './chunk.ts'

export interface DecodeOptions {
  /** Frames are text, whatever they look like. */
  readonly isBareText: boolean
  readonly isFinalChunkOptional: boolean
}

export function agenticraftDecoder({ isBareText, isFinalChunkOptional }: DecodeOptions): Stage<Frame, AgentEvent> {
  let kind: 'text' | 'chunks' | undefined = isBareText ? 'text' : undefined
  let hasResult = false
  let text = ''
  const run = createToldRun((event) => {
    if (event.type === 'token') text += isMain(event) ? event.content : ''
    else hasResult ||= event.type === 'result' && isMain(event)
  })

  const finish = ({ metadata, timestamp }: Partial<StreamChunk>, output: string): AgentEvent[] => {
    const stop = metadata?.['finish_reason'] ?? metadata?.['stop_reason']
    const result: EventOf<'result'> = { type: 'result', output, success: true, ...(isText(stop) ? { stop_reason: stop } : {}) }
    const time = metadata?.['execution_time']
    const taken = typeof time === 'number' ? { execution_time: time } : {}
    return [...(hasResult ? [] : [result]), { type: 'completed', success: true, ...taken, ...given({ timestamp: isoTimeOf(timestamp, 1000) }) }]
  }
  const decodeFinal = (chunk: StreamChunk): AgentEvent[] => {
    const { content } = chunk
    const metadata = chunk.metadata ?? {}
    const total = metadata['total_content']
    return [...toolCalls(metadata), ...usage(metadata), ...finish(chunk, isText(total) ? total : text + content)]
  }
  const decodeChunk = (value: unknown): AgentEvent[] => {
    if (isObject(value) && isText(value['error']) && value['content'] === undefined) return [failure(value)]
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
      if (run.isOver()) return []
      return run.tell(frame.event === 'error' ? [failureOf(frame.data)] : decode(frame))
    },
    end() {
      // Text has no other end than the body's. Chunks have their final one, unless the caller knows that it is not sent; and
      // a body with nothing in it may have been either.
      if (run.isOver() || (kind !== 'text' && !isFinalChunkOptional)) return []
      return run.tell(finish({}, text))
    },
  }
}

/** A text may begin with a brace. */
const isChunkText = (data: string): boolean => data.startsWith('{') && looksLikeChunk(objectIn(data))

/** Without a list of the names: pieces of text come by the thousand. */
function isEmpty(metadata: Members): boolean {
  for (const _ in metadata) return false
  return true
}

function contentOf({ content, metadata, timestamp: seconds }: StreamChunk): AgentEvent[] {
  if (metadata && isObject(metadata[carried])) return [parseEvent(metadata[carried])]
  if (content === '') return []
  const timestamp = isoTimeOf(seconds, 1000)
  if (!metadata || isEmpty(metadata)) return [timestamp === undefined ? { type: 'token', content } : { type: 'token', content, timestamp }]
  const envelope = timestamp === undefined ? {} : { timestamp }
  // Two names for the kind of a piece: the guide's and the one that is sent (`providers/anthropic.py`).
  const kind = String(metadata['event_type'] ?? metadata['type'])
  return [kind.startsWith('thinking') ? { type: 'thinking_token', content, ...envelope } : { type: 'token', content, metadata, ...envelope }]
}

function toolCalls({ tool_calls: calls }: Members): AgentEvent[] {
  if (!Array.isArray(calls) || calls.length === 0) return []
  const modelCalls = calls.filter(isObject).map(({ id, name, arguments: values }, index) => ({
    id: isText(id) ? id : `call-${index + 1}`,
    function: { name: isText(name) ? name : 'unknown', arguments: asText(values ?? {}) },
  }))
  return [{ type: 'tool_calls_ready', tool_calls: modelCalls }]
}

/** Under the names of the guide, of OpenAI, and of Ollama, which counts in the chunk itself. */
function usage(metadata: Members): AgentEvent[] {
  const counts = isObject(metadata['usage']) ? metadata['usage'] : metadata
  const count = (...names: readonly string[]): number | undefined =>
    names.map((name) => counts[name]).find((value): value is number => typeof value === 'number')
  const told = given({
    input_tokens: count('input_tokens', 'prompt_tokens', 'prompt_eval_count'),
    output_tokens: count('output_tokens', 'completion_tokens', 'eval_count'),
    total_tokens: count('total_tokens'),
  })
  return Object.keys(told).length > 0 ? [{ type: 'usage', ...told }] : []
}

/** AgentiCraft cuts the connection; hosts that tell the error write its text, or an object with the text. */
function failureOf(data: string): AgentEvent {
  const value = data.startsWith('{') && objectIn(data)
  return value && isText(value['error'] ?? value['message']) ? failure(value) : { type: 'error', error: data }
}

function failure(value: Members): AgentEvent {
  if (isObject(value[carried])) return parseEvent(value[carried])
  return parseEvent({ ...value, type: 'error', error: value['error'] ?? value['message'] })
}
