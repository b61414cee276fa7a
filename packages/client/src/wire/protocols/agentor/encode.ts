import { wholeName } from '../../events/calls.ts'
import { isMain } from '../../events/scope.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { type Ending, type Entry, failureOf, type RunWords, writtenRun } from '../../events/written-run.ts'
import type { Frame } from '../../frames/frame.ts'
import { asText } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { AgentOutput } from './output.ts'

/** What tools write before the text of their failure (`engine/loop.py`). */
const toolFailure = 'Error: '

/** An object of ours says that a run failed or was stopped, where Agentor only cuts the connection. Its readers show the message. */
interface Failure extends AgentOutput {
  readonly type: 'error' | 'cancelled'
  readonly code?: string | undefined
}

const nothing = { message: null, chunk: null, tool_action: null, reasoning: null, raw_event: null }
const item = (members: Partial<AgentOutput>): AgentOutput => ({ type: 'run_item_stream_event', ...nothing, ...members })

function failure(ending: Ending): Failure {
  const { event } = ending
  const message = failureOf(ending)
  if (event?.type === 'cancelled') return { ...nothing, type: 'cancelled', message }
  return { ...nothing, type: 'error', message, code: (event?.type === 'error' ? event.code : undefined) ?? 'agent' }
}

const keyOf = ({ tool_call_id: id, tool_name: name }: { tool_call_id?: string | null | undefined; tool_name: string }): string =>
  id ? `id ${id}` : `name ${name}`

/**
 * Text goes out in pieces, as `chunk`, and as a whole, as `message`, when the run has completed: the guide reads the first, the
 * servers of today send only the second. No object has an id: entries are left out, and an id would promise that none is missing.
 */
function outputs(): RunWords<AgentOutput> {
  let said = ''
  /** The names that were sent: a call that was split into tool and operation goes by its whole name, by id or in order. */
  const sentNames = new Map<string, string[]>()

  const called = (event: EventOf<'tool_call'>): AgentOutput => {
    said = ''
    const name = wholeName(event)
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
  const encode = (event: AgentEvent): AgentOutput | undefined => {
    switch (event.type) {
      case 'token':
        said += event.content
        return event.content === '' ? undefined : { ...item({ chunk: event.content }), type: 'raw_response_event' }
      case 'thinking_token':
        return event.content === '' ? undefined : item({ reasoning: event.content })
      case 'tool_call':
        return called(event)
      case 'tool_result':
        return output(event, (event.success === false ? toolFailure : '') + asText(event.result))
      case 'tool_error':
        return output(event, toolFailure + event.error)
      default:
        return undefined
    }
  }
  return {
    tell(event) {
      // What happens inside a DAWP run is no part of the answer, and Agentor has no words for it.
      const told = isMain(event) ? encode(event) : undefined
      return told ? [told] : []
    },
    end(ending) {
      if (ending.outcome === 'completed') return [item({ message: said || asText(ending.result?.output ?? '') })]
      // No reply, and so no end: whoever reads a run that broke off sees a stream that was cut.
      return ending.outcome === 'truncated' ? [] : [failure(ending)]
    },
  }
}

/** Compact objects; a failure is named `error`, as the guide has it. */
export const agentorEncoder = (): Stage<Entry, Frame> =>
  writtenRun(outputs(), (output) => ({ data: JSON.stringify(output), ...(output.type === 'error' || output.type === 'cancelled' ? { event: 'error' } : {}) }))

const notAscii = /[\u0080-\uffff]/g
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Indented by two and in ASCII, as Python writes them. */
export const chatEncoder = (): Stage<Entry, Frame> => writtenRun(outputs(), (output) => ({ data: JSON.stringify(output, null, 2).replace(notAscii, escaped) }))
