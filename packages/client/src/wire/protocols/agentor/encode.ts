import { watchEnding } from '../../events/ending.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import type { Stage } from '../../stage.ts'
import type { Entry } from '../protocol.ts'
import type { AgentOutput } from './output.ts'

/** What tools write before the text of their failure (`engine/loop.py`). */
const toolFailure = 'Error: '

/** An object of ours says that a run failed or was stopped, where Agentor only cuts the connection. Its readers show the message. */
interface Failure extends AgentOutput {
  readonly type: 'error' | 'cancelled'
  readonly code?: string
}

const nothing = { message: null, chunk: null, tool_action: null, reasoning: null, raw_event: null }
const item = (members: Partial<AgentOutput>): AgentOutput => ({ type: 'run_item_stream_event', ...nothing, ...members })
const failure = (message: string, code: string): Failure => ({ ...nothing, type: 'error', message, code })
const stopped = (message: string): Failure => ({ ...nothing, type: 'cancelled', message })

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

function toolName({ tool_name: name, operation }: EventOf<'tool_call'>): string {
  return operation ? `${name}_${operation}` : name
}

const keyOf = ({ tool_call_id: id, tool_name: name }: { tool_call_id?: string | null | undefined; tool_name: string }): string =>
  id ? `id ${id}` : `name ${name}`

/**
 * Text goes out in pieces, as `chunk`, and as a whole, as `message`, when the run has completed: the guide reads the first, the
 * servers of today send only the second. No object has an id: entries are left out, and an id would promise that none is missing.
 */
function outputs(): Stage<AgentEvent, AgentOutput> {
  const ending = watchEnding()
  let said = ''
  let result: EventOf<'result'> | undefined
  let isOver = false
  /** The names that were sent: a call that was split into tool and operation goes by its whole name, by id or in order. */
  const sentNames = new Map<string, string[]>()

  const called = (event: EventOf<'tool_call'>): AgentOutput => {
    said = ''
    const name = toolName(event)
    const key = keyOf(event)
    const names = sentNames.get(key) ?? []
    sentNames.set(key, names)
    names.push(name)
    return item({ tool_action: { name, type: 'tool_called' } })
  }
  const output = (event: EventOf<'tool_result'> | EventOf<'tool_error'>, message: string): AgentOutput => {
    said = ''
    return item({ message, tool_action: { name: sentNames.get(keyOf(event))?.shift() ?? event.tool_name, type: 'tool_output' } })
  }
  const finish = (event?: AgentEvent): AgentOutput[] => {
    isOver = true
    switch (ending.outcome({ isNumbered: false })) {
      case 'completed':
        return [item({ message: said || asText(result?.output ?? '') })]
      case 'cancelled':
        return [stopped((event?.type === 'cancelled' ? event.reason : undefined) ?? 'The run was cancelled')]
      case 'failed':
        return [
          event?.type === 'error'
            ? failure(event.error, event.code ?? 'agent')
            : failure(result?.reason ?? 'The agent reported that it did not succeed', 'agent'),
        ]
      default:
        // No reply, and so no end: whoever reads this sees a stream that was cut.
        return []
    }
  }
  const encode = (event: AgentEvent): AgentOutput[] => {
    switch (event.type) {
      case 'token':
        said += event.content
        return event.content === '' ? [] : [{ ...item({ chunk: event.content }), type: 'raw_response_event' }]
      case 'thinking_token':
        return event.content === '' ? [] : [item({ reasoning: event.content })]
      case 'tool_call':
        return [called(event)]
      case 'tool_result':
        return [output(event, (event.success === false ? toolFailure : '') + asText(event.result))]
      case 'tool_error':
        return [output(event, toolFailure + event.error)]
      default:
        return []
    }
  }
  return {
    push(event) {
      if (isOver) return []
      ending.see(event)
      if (ending.isOver()) return finish(event)
      // What happens inside a DAWP run is no part of the answer, and Agentor has no words for it.
      if (effectiveLoopScope(event).kind === 'dawp') return []
      if (event.type === 'result') result = event
      return encode(event)
    },
    end: () => (isOver ? [] : finish()),
  }
}

function framesOf(write: (output: AgentOutput) => Frame): Stage<Entry, Frame> {
  const stage = outputs()
  return { push: ({ event }) => stage.push(event).map(write), end: () => stage.end().map(write) }
}

/** Compact objects; a failure is named `error`, as the guide has it. */
export function agentorEncoder(): Stage<Entry, Frame> {
  return framesOf((output) => ({ data: JSON.stringify(output), ...(output.type === 'error' || output.type === 'cancelled' ? { event: 'error' } : {}) }))
}

const notAscii = /[\u0080-\uffff]/g
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Indented by two and in ASCII, as Python writes them. */
export function chatEncoder(): Stage<Entry, Frame> {
  return framesOf((output) => ({ data: JSON.stringify(output, null, 2).replace(notAscii, escaped) }))
}
