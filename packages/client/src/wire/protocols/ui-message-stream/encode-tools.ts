import { firstOf, wholeName } from '../../events/calls.ts'
import type { EventOf } from '../../events/vocabulary.ts'
import { asText, jsonOrText, type Typed } from '../../json.ts'

/** A call in the reader's message. `id` is what it is called there, whatever id it had when it began. */
interface Call {
  readonly id: string
  name: string
  readonly index: number | null | undefined
  /** How much of the arguments was written. */
  sent: number
  isAvailable: boolean
  isDenied: boolean
}

type ModelCall = EventOf<'tool_call_delta'>['tool_call']
type About = { readonly tool_name: string; readonly tool_call_id?: string | null | undefined }

const placeholder = /^call_\d+$/

/** Gives every call one id: readers know a call by nothing else, and fail at an output whose call they were not told of. */
function createCalls() {
  const byId = new Map<string, Call>()
  const open = new Set<Call>()
  let made = 0

  const begin = (name: string, stated?: string | null, index?: number | null): Call => {
    const id = stated || `call-${++made}`
    const call: Call = { id, name, index, sent: 0, isAvailable: false, isDenied: false }
    byId.set(id, call)
    open.add(call)
    return call
  }
  const openById = (id: string | null | undefined): Call | undefined => {
    const call = id ? byId.get(id) : undefined
    return call && open.has(call) ? call : undefined
  }
  return {
    begin,
    /** The call a delta goes on with. An id may change once, from a placeholder to the provider's own. */
    growing({ id, index, function: { name } }: ModelCall): Call | undefined {
      const known = openById(id)
      if (known || (id && placeholder.test(id))) return known
      const call = firstOf(
        open,
        (each) =>
          !each.isAvailable && (!name || each.name === name || each.name === '') && (id ? placeholder.test(each.id) : index == null || each.index === index),
      )
      if (id && call) byId.set(id, call)
      return call
    },
    /** The open call an event is about: by id when it has one, else the oldest of that name. */
    about({ tool_name: name, tool_call_id: id }: About): Call | undefined {
      return id ? openById(id) : firstOf(open, (call) => call.name === name || call.name.startsWith(`${name}_`))
    },
    close: (call: Call): void => {
      open.delete(call)
    },
  }
}

/** Undefined where the event has to be carried. */
type Writings = {
  readonly [T in
    | 'tool_call_delta'
    | 'tool_calls_ready'
    | 'tool_call'
    | 'tool_progress'
    | 'tool_result'
    | 'tool_error'
    | 'approval_request'
    | 'approval_response']: (event: EventOf<T>) => readonly Typed[] | undefined
}

export function createToolWriter(): Writings {
  const calls = createCalls()
  /** The calls that were asked about, by approval. */
  const asked = new Map<string, Call>()

  const available = (call: Call, input: unknown): readonly Typed[] => {
    if (call.isAvailable) return []
    call.isAvailable = true
    return [{ type: 'tool-input-available', toolCallId: call.id, toolName: call.name, input: input ?? {} }]
  }
  /** What there is to say about a call, which is told first where it was not. */
  const say = (event: About, chunk: (call: Call) => Typed, parameters?: unknown): readonly Typed[] => {
    const call = calls.about(event) ?? calls.begin(event.tool_name, event.tool_call_id)
    return [...available(call, parameters), { ...chunk(call), toolCallId: call.id }]
  }
  const ended = (event: EventOf<'tool_result'> | EventOf<'tool_error'>, ending: Typed): readonly Typed[] =>
    say(event, (call) => {
      calls.close(call)
      return call.isDenied ? { type: 'tool-output-denied' } : ending
    })
  const failure = (errorText: string): Typed => ({ type: 'tool-output-error', errorText })

  return {
    tool_call_delta({ tool_call: model, arguments_delta: fragment }) {
      const { name, arguments: whole } = model.function
      const known = calls.growing(model)
      const call = known ?? calls.begin(name ?? '', model.id, model.index)
      call.name ||= name ?? ''
      // A host tells the new part, or all of it again; what is out cannot be unsaid.
      const inputTextDelta = fragment ?? whole?.slice(call.sent) ?? ''
      call.sent += inputTextDelta.length
      const start = known ? [] : [{ type: 'tool-input-start', toolCallId: call.id, toolName: call.name || 'unknown' }]
      if (inputTextDelta === '' || call.isAvailable) return start
      return [...start, { type: 'tool-input-delta', toolCallId: call.id, inputTextDelta }]
    },
    tool_calls_ready: ({ tool_calls: all }) =>
      all.flatMap((model) => {
        const { name, arguments: text } = model.function
        const call = calls.growing(model) ?? calls.begin(name ?? '', model.id, model.index)
        call.name = name || call.name || 'unknown'
        // Where the model wrote no JSON, the call will fail by itself, and the reader sees why.
        return available(call, jsonOrText(text || '{}'))
      }),
    tool_call(event) {
      const call = calls.about(event)
      if (call?.isAvailable) return []
      if (call) call.name = wholeName(event)
      return available(call ?? calls.begin(wholeName(event), event.tool_call_id), event.parameters)
    },
    tool_progress(event) {
      const { data: output, progress, message } = event
      if (output == null || progress != null || message != null) return undefined
      return say(event, () => ({ type: 'tool-output-available', output, preliminary: true }))
    },
    tool_result: (event) =>
      ended(event, event.success === false ? failure(asText(event.result)) : { type: 'tool-output-available', output: event.result ?? null }),
    tool_error: (event) => ended(event, failure(event.error)),
    approval_request(event) {
      const { approval_id: approvalId, parameters } = event
      const chunk = (call: Call): Typed => {
        asked.set(approvalId, call)
        return { type: 'tool-approval-request', approvalId }
      }
      return say(event, chunk, parameters)
    },
    approval_response({ approval_id: approvalId, approved, reason }) {
      const call = asked.get(approvalId)
      // Readers fail at an answer to what was not asked.
      if (!call) return undefined
      call.isDenied = !approved
      return [{ type: 'tool-approval-response', approvalId, approved, reason: reason || undefined }]
    },
  }
}
