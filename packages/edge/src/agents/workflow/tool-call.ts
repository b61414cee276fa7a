import type { AgentEvent, JsonValue } from '@agentstream/client/wire'
import { ToolError, WorkflowError } from '../../errors.ts'
import { callTool } from '../../tools/call-tool.ts'
import { encodeResult } from '../../tools/encode-result.ts'
import type { Tool } from '../../tools/tool.ts'
import { createToolbox } from '../../tools/toolbox.ts'
import type { RunContext } from '../agent.ts'

const longestInput = 1024 * 1024

export interface ToolStepOptions {
  readonly step: string
  readonly tool: Tool
  readonly input: unknown
  readonly callId: string
  readonly context: RunContext
  send(event: AgentEvent): Promise<void>
}

/** One call of a tool by a step instead of a model. Throws ToolError when it fails. */
export async function callToolOfStep({ step, tool, input, callId, context, send }: ToolStepOptions): Promise<JsonValue> {
  const encoded = encodeResult(input, longestInput)
  if ('problem' in encoded)
    throw new WorkflowError('result_not_json', `The parameters of tool "${tool.name}" cannot be sent: the value ${encoded.problem}`, { step })
  const call = { id: callId, name: tool.name, arguments: JSON.stringify(encoded.value) }
  const { signal } = context
  const events = callTool(call, { ...context, toolbox: createToolbox([tool]) })
  for (let next = await events.next(); ; next = await events.next()) {
    if (!next.done) {
      await send({ ...next.value, step_name: step })
      signal.throwIfAborted()
      continue
    }
    const { status, result, error } = next.value
    if (status !== 'done') throw new ToolError(tool.name, error ?? `"${tool.name}" failed`)
    return result ?? null
  }
}
