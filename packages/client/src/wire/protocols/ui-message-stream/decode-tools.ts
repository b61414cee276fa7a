import type { AgentEvent } from '../../events/vocabulary.ts'
import type { ChunkOf, ChunkType } from './schema.ts'

type ToolReadings = { readonly [T in Extract<ChunkType, `tool-${string}`>]: (chunk: ChunkOf<T>) => readonly AgentEvent[] }

/** A call as far as it was told. Results and approvals name nothing but its id. */
interface Call {
  readonly name: string
  readonly input?: unknown
  readonly denial?: string
}

const unknownCall: Call = { name: 'unknown' }
const reasonOf = ({ reason }: Readonly<Record<string, unknown>>): { reason?: string } => (typeof reason === 'string' ? { reason } : {})

export function createToolReader(): { readonly readings: ToolReadings; hasOpen(): boolean } {
  const calls = new Map<string, Call>()
  const approvals = new Map<string, string>()
  /** Calls whose arguments are still growing. */
  const growing = new Set<string>()
  /** Calls whose arguments were refused. The AI SDK then tells the same failure again, as an output. */
  const refused = new Set<string>()
  const callOf = (id: string): Call => calls.get(id) ?? unknownCall
  const delta = (id: string, text: string): AgentEvent => {
    const { name } = callOf(id)
    return { type: 'tool_call_delta', tool_call: { id, function: name === unknownCall.name ? {} : { name } }, arguments_delta: text }
  }
  const ready = ({ toolCallId, toolName: name, input }: ChunkOf<'tool-input-available'> | ChunkOf<'tool-input-error'>): void => {
    growing.delete(toolCallId)
    refused.delete(toolCallId)
    calls.set(toolCallId, { name, input })
  }
  const readings: ToolReadings = {
    'tool-input-start'({ toolCallId, toolName: name }) {
      calls.set(toolCallId, { name })
      growing.add(toolCallId)
      return [delta(toolCallId, '')]
    },
    'tool-input-delta': ({ toolCallId, inputTextDelta }) => [delta(toolCallId, inputTextDelta)],
    'tool-input-available'(chunk) {
      ready(chunk)
      const { toolCallId, toolName, input } = chunk
      return [{ type: 'tool_call', tool_name: toolName, parameters: input, tool_call_id: toolCallId }]
    },
    // The model's arguments were refused: they are shown, and the call never ran.
    'tool-input-error'(chunk) {
      ready(chunk)
      const { toolCallId: id, toolName: name, input, errorText } = chunk
      refused.add(id)
      const args = typeof input === 'string' ? input : (JSON.stringify(input) ?? '')
      return [
        { type: 'tool_calls_ready', tool_calls: [{ id, function: { name, arguments: args } }] },
        { type: 'tool_error', tool_name: name, error: errorText, tool_call_id: id },
      ]
    },
    'tool-approval-request'({ approvalId, toolCallId }) {
      approvals.set(approvalId, toolCallId)
      const { name, input } = callOf(toolCallId)
      return [{ type: 'approval_request', approval_id: approvalId, tool_call_id: toolCallId, tool_name: name, parameters: input }]
    },
    'tool-approval-response'(chunk) {
      const { approvalId } = chunk
      const approved = chunk['approved'] === true
      const reason = reasonOf(chunk)
      const id = approvals.get(approvalId)
      if (id !== undefined && !approved) calls.set(id, { ...callOf(id), denial: reason.reason ?? '' })
      return [{ type: 'approval_response', approval_id: approvalId, approved, ...reason }]
    },
    'tool-output-available'({ toolCallId, output, preliminary }) {
      const about = { tool_name: callOf(toolCallId).name, tool_call_id: toolCallId }
      return preliminary === true ? [{ type: 'tool_progress', ...about, data: output }] : [{ type: 'tool_result', ...about, result: output }]
    },
    'tool-output-error': ({ toolCallId, errorText }) =>
      refused.delete(toolCallId) ? [] : [{ type: 'tool_error', tool_name: callOf(toolCallId).name, error: errorText, tool_call_id: toolCallId }],
    'tool-output-denied'({ toolCallId }) {
      const { name, denial } = callOf(toolCallId)
      return [{ type: 'tool_error', tool_name: name, error: denial || 'The call was not approved', tool_call_id: toolCallId }]
    },
  }
  return { readings, hasOpen: () => growing.size > 0 }
}
