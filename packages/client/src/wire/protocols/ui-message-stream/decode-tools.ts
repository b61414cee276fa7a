import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { asText, given, ifText } from '../../json.ts'
import { having, type Reading, wrong } from './chunk.ts'

/** A call as far as it was told. Results and approvals name nothing but its id. */
interface Call {
  readonly name: string
  readonly input?: unknown
  readonly denial?: string
  /** Its arguments are still growing. */
  readonly isGrowing?: boolean
  /** Its arguments were refused. The AI SDK then tells the same failure again, as an output. */
  readonly isRefused?: boolean
}

const unknownCall: Call = { name: 'unknown' }

export function createToolReader(): { readonly readings: Readonly<Record<string, Reading>>; hasOpen(): boolean } {
  const calls = new Map<string, Call>()
  const approvals = new Map<string, string>()
  const callOf = (id: string): Call => calls.get(id) ?? unknownCall
  const about = (id: string): { readonly tool_name: string; readonly tool_call_id: string } => ({ tool_name: callOf(id).name, tool_call_id: id })
  const delta = (id: string, text: string): readonly AgentEvent[] => {
    const { name } = callOf(id)
    return [{ type: 'tool_call_delta', tool_call: { id, function: name === unknownCall.name ? {} : { name } }, arguments_delta: text }]
  }
  const failed = (id: string, error: string): EventOf<'tool_error'> => ({ type: 'tool_error', ...about(id), error })
  const readings: Readonly<Record<string, Reading>> = {
    'tool-input-start': having(['toolCallId', 'toolName'], ({ toolCallId, toolName: name }) => {
      calls.set(toolCallId, { name, isGrowing: true })
      return delta(toolCallId, '')
    }),
    'tool-input-delta': having(['toolCallId', 'inputTextDelta'], ({ toolCallId, inputTextDelta }) => delta(toolCallId, inputTextDelta)),
    'tool-input-available': having(['toolCallId', 'toolName'], ({ toolCallId, toolName: name, input }) => {
      calls.set(toolCallId, { name, input })
      return [{ type: 'tool_call', ...about(toolCallId), parameters: input }]
    }),
    // The model's arguments were refused: they are shown, and the call never ran.
    'tool-input-error': having(['toolCallId', 'toolName', 'errorText'], ({ toolCallId: id, toolName: name, input, errorText }) => {
      calls.set(id, { name, input, isRefused: true })
      return [{ type: 'tool_calls_ready', tool_calls: [{ id, function: { name, arguments: asText(input) } }] }, failed(id, errorText)]
    }),
    'tool-approval-request': having(['approvalId', 'toolCallId'], ({ approvalId, toolCallId }) => {
      approvals.set(approvalId, toolCallId)
      return [{ type: 'approval_request', approval_id: approvalId, ...about(toolCallId), parameters: callOf(toolCallId).input }]
    }),
    'tool-approval-response': having(['approvalId'], (chunk) => {
      const { approvalId, approved } = chunk
      if (typeof approved !== 'boolean') throw wrong('`approved` is neither true nor false', chunk)
      const reason = ifText(chunk['reason'])
      const id = approvals.get(approvalId)
      if (id !== undefined && !approved) calls.set(id, { ...callOf(id), denial: reason ?? '' })
      return [{ type: 'approval_response', approval_id: approvalId, approved, ...given({ reason }) }]
    }),
    'tool-output-available': having(['toolCallId'], ({ toolCallId: id, output, preliminary }) => [
      preliminary === true ? { type: 'tool_progress', ...about(id), data: output } : { type: 'tool_result', ...about(id), result: output },
    ]),
    'tool-output-error': having(['toolCallId', 'errorText'], ({ toolCallId: id, errorText }) => {
      const { isRefused, ...call } = callOf(id)
      if (!isRefused) return [failed(id, errorText)]
      calls.set(id, call)
      return []
    }),
    'tool-output-denied': having(['toolCallId'], ({ toolCallId: id }) => [failed(id, callOf(id).denial || 'The call was not approved')]),
  }
  return { readings, hasOpen: () => [...calls.values()].some(({ isGrowing }) => isGrowing) }
}
