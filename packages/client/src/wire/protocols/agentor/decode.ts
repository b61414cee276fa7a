import { isTerminalEvent } from '../../events/ending.ts'
import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject, parsePythonJson } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { createEngine } from './engine.ts'
import { createOpenCalls, isRaw, parseOutput, type Raw, reasoningText, textOf, wrong } from './output.ts'
import { createSpeech } from './speech.ts'

type Decode = (value: Raw) => AgentEvent[]

function isPiece(value: Raw): value is Raw & { readonly chunk: string } {
  return typeof value['chunk'] === 'string' && value['message'] === null && value['tool_action'] === null && value['reasoning'] === null
}

/** What tools write before the text of their failure (`engine/loop.py`); up to 0.0.23 as the library of agents did that it stood on. */
const toolFailures = ['Error: ', 'An error occurred while running the tool. Please try again. Error: ']
/** All that newer releases of that library say (openai-agents from 0.23 on), which keep the error to themselves. */
const untoldFailure = 'An error occurred while running the tool. Please try again.'

export function agentorDecoder(): Stage<Frame, AgentEvent> {
  const speech = createSpeech()
  const calls = createOpenCalls()
  let isStarted = false
  let isOver = false
  /** The reply that nothing has followed yet: the end of a chat has no other sign. */
  let reply: string | undefined

  const say = (message: string): AgentEvent[] => {
    reply = message
    return speech.whole(message)
  }
  const toolOutput = (called: string, message: string | null): AgentEvent[] => {
    // Up to 0.0.23 the name here is `dict`, whatever the tool is called.
    const call = calls.close(called) ?? (called === 'dict' ? calls.close() : undefined) ?? { id: calls.newId(), name: called }
    const named = { tool_name: call.name, tool_call_id: call.id }
    const failure = toolFailures.find((beginning) => message?.startsWith(beginning))
    if (message === untoldFailure) return [{ type: 'tool_error', ...named, error: message }]
    if (message && failure) return [{ type: 'tool_error', ...named, error: message.slice(failure.length) }]
    return [{ type: 'tool_result', ...named, result: message }]
  }
  const action = ({ name, type }: { name: string; type: string }, message: string | null): AgentEvent[] => {
    speech.forget()
    if (type === 'tool_called') return [{ type: 'tool_call', tool_name: name, tool_call_id: calls.open(name) }]
    if (type === 'tool_output') return toolOutput(name, message)
    // Handoffs and MCP, of older releases.
    return [{ type: 'custom', name: type, data: { name, ...(message === null ? {} : { message }) } }]
  }
  const item: Decode = (value) => {
    // A piece of text and nothing else comes by the thousand.
    if (isPiece(value)) return speech.piece(value.chunk)
    const { message, chunk, tool_action: acted, reasoning, raw_event: raw } = parseOutput(value)
    const thought = reasoning === null ? '' : reasoningText(reasoning)
    const events: AgentEvent[] = thought === '' ? [] : [{ type: 'thinking_token', content: thought }]
    if (chunk) events.push(...speech.piece(chunk))
    else if (chunk === null && isObject(raw)) events.push({ type: 'custom', name: 'raw_response', data: raw['data'] })
    if (acted) events.push(...action(acted, message))
    else if (message !== null) events.push(...say(message))
    return events
  }
  const failure: Decode = (value) => {
    const text = textOf(value, 'error') ?? textOf(value, 'message')
    const code = textOf(value, 'code')
    return [{ type: 'error', error: text ?? 'The agent failed', ...(code === null ? {} : { code }) }]
  }
  const updated = (name: string | null): AgentEvent[] => [{ type: 'custom', name: 'agent_updated', data: { name } }]
  const byType = new Map<string, Decode>(
    Object.entries({
      run_item_stream_event: item,
      raw_response_event: item,
      agent_updated_stream_event: (value) => updated(textOf(value, 'message')),
      error: failure,
      // Ours: Agentor has no word for it.
      cancelled: (value) => [{ type: 'cancelled', reason: textOf(value, 'message') }],
      // Up to 0.0.4.
      agent_updated: (value) => updated(textOf(value, 'name')),
      raw_response: ({ data }) =>
        isObject(data) && data['type'] === 'response.output_text.delta' && typeof data['delta'] === 'string'
          ? speech.piece(data['delta'])
          : [{ type: 'custom', name: 'raw_response', data }],
      ...createEngine({ speech, newId: calls.newId }),
    }),
  )
  const decodeValue = (value: unknown): AgentEvent[] => {
    // An answer that was not streamed is one JSON text.
    if (typeof value === 'string') return say(value)
    if (!isRaw(value)) throw wrong('expected an object with a text `type`', value)
    const { type } = value
    reply = undefined
    return byType.get(type)?.(value) ?? [{ type: 'custom', name: type, data: value }]
  }
  const decode = ({ data, event }: Frame): AgentEvent[] => {
    // In the guide an error is the bare text of the exception, perhaps none at all.
    if (event === 'error' && !data.startsWith('{')) return [{ type: 'error', error: data }]
    return data === '' || data === '[DONE]' ? [] : decodeValue(parsePythonJson(data))
  }
  const tell = (events: AgentEvent[]): readonly AgentEvent[] => {
    const [first] = events
    if (!first) return events
    isOver ||= events.some(isTerminalEvent)
    const begins = !isStarted && first.type !== 'started'
    isStarted = true
    return begins ? [{ type: 'started' }, ...events] : events
  }
  return {
    push: (frame) => (isOver ? [] : tell(decode(frame))),
    end() {
      if (isOver || reply === undefined) return []
      return tell([parseEvent({ type: 'result', output: reply, success: true }), { type: 'completed', success: true }])
    },
  }
}
