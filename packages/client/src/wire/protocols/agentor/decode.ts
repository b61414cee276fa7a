import { createToldRun, custom } from '../../events/told-run.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { given, isObject, isText, isTyped, type Members, parsePythonJson, type Typed } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { createEngine } from './engine.ts'
import { createOpenCalls, maybeObject, maybeText, reasoningText, wrong } from './output.ts'
import { createSpeech } from './speech.ts'

type Decode = (value: Typed) => AgentEvent[]

function isPiece(value: Typed): value is Typed & { readonly chunk: string } {
  return isText(value['chunk']) && value['message'] === null && value['tool_action'] === null && value['reasoning'] === null
}

/** What tools write before the text of their failure (`engine/loop.py`); up to 0.0.23 as the library of agents did that it stood on. */
const toolFailures = ['Error: ', 'An error occurred while running the tool. Please try again. Error: ']
/** All that newer releases of that library say (openai-agents from 0.23 on), which keep the error to themselves. */
const untoldFailure = 'An error occurred while running the tool. Please try again.'

export function agentorDecoder(): Stage<Frame, AgentEvent> {
  const speech = createSpeech()
  const calls = createOpenCalls()
  const run = createToldRun()
  /** The reply that nothing has followed yet: the end of a chat has no other sign. */
  let reply: string | undefined

  const say = (message: string): AgentEvent[] => {
    reply = message
    return speech.whole(message)
  }
  const toolOutput = (called: string, message: string | undefined): AgentEvent[] => {
    // Up to 0.0.23 the name here is `dict`, whatever the tool is called.
    const call = calls.close(called) ?? (called === 'dict' ? calls.close() : undefined) ?? { id: calls.newId(), name: called }
    const named = { tool_name: call.name, tool_call_id: call.id }
    if (message === untoldFailure) return [{ type: 'tool_error', ...named, error: message }]
    const failure = toolFailures.find((beginning) => message?.startsWith(beginning))
    if (message && failure) return [{ type: 'tool_error', ...named, error: message.slice(failure.length) }]
    return [{ type: 'tool_result', ...named, result: message ?? null }]
  }
  const action = (acted: Members, message: string | undefined): AgentEvent[] => {
    const name = maybeText(acted, 'name') ?? 'unknown'
    const type = String(acted['type'])
    speech.forget()
    if (type === 'tool_called') return [{ type: 'tool_call', tool_name: name, tool_call_id: calls.open(name) }]
    if (type === 'tool_output') return toolOutput(name, message)
    // Handoffs and MCP, of older releases.
    return [custom(type, { name, ...given({ message }) })]
  }
  /** Documentation and older releases leave members out. */
  const item: Decode = (value) => {
    // A piece of text and nothing else comes by the thousand.
    if (isPiece(value)) return speech.piece(value.chunk)
    const acted = maybeObject(value, 'tool_action')
    const message = maybeText(value, 'message')
    const chunk = maybeText(value, 'chunk')
    const thought = reasoningText(maybeText(value, 'reasoning') ?? '')
    const events: AgentEvent[] = thought === '' ? [] : [{ type: 'thinking_token', content: thought }]
    const raw = value['raw_event']
    if (chunk) events.push(...speech.piece(chunk))
    else if (chunk === undefined && isObject(raw)) events.push(custom('raw_response', raw['data']))
    if (acted) events.push(...action(acted, message))
    else if (message !== undefined) events.push(...say(message))
    return events
  }
  const failure: Decode = (value) => {
    const error = maybeText(value, 'error') ?? maybeText(value, 'message') ?? 'The agent failed'
    return [{ type: 'error', error, ...given({ code: maybeText(value, 'code') }) }]
  }
  const updated = (name: string | undefined): AgentEvent[] => [custom('agent_updated', { name: name ?? null })]
  const byType = new Map<string, Decode>(
    Object.entries({
      run_item_stream_event: item,
      raw_response_event: item,
      agent_updated_stream_event: (value) => updated(maybeText(value, 'message')),
      error: failure,
      // Ours: Agentor has no word for it.
      cancelled: (value) => [{ type: 'cancelled', reason: maybeText(value, 'message') ?? null }],
      // Up to 0.0.4.
      agent_updated: (value) => updated(maybeText(value, 'name')),
      raw_response: ({ data }) =>
        isObject(data) && data['type'] === 'response.output_text.delta' && isText(data['delta']) ? speech.piece(data['delta']) : [custom('raw_response', data)],
      ...createEngine({ speech, newId: calls.newId }),
    }),
  )
  const decodeValue = (value: unknown): AgentEvent[] => {
    // An answer that was not streamed is one JSON text.
    if (isText(value)) return say(value)
    if (!isTyped(value)) throw wrong('expected an object with a text `type`', value)
    const { type } = value
    reply = undefined
    return byType.get(type)?.(value) ?? [custom(type, value)]
  }
  const decode = ({ data, event }: Frame): AgentEvent[] => {
    // In the guide an error is the bare text of the exception, perhaps none at all.
    if (event === 'error' && !data.startsWith('{')) return [{ type: 'error', error: data }]
    return data === '' || data === '[DONE]' ? [] : decodeValue(parsePythonJson(data))
  }
  return {
    push: (frame) => (run.isOver() ? [] : run.tell(decode(frame))),
    end() {
      if (run.isOver() || reply === undefined) return []
      return run.tell([
        { type: 'result', output: reply, success: true },
        { type: 'completed', success: true },
      ])
    },
  }
}
