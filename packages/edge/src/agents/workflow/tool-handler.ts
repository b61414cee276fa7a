import type { JsonValue } from '@agentstream/client/wire'
import type { Tool } from '../../tools/tool.ts'
import type { StepHandler, WorkflowContext } from './step.ts'

/** A line a tool step shows. A function gets what there is to tell; false shows none. */
export type ToolLine<Told> = string | ((told: Told) => string) | false

/** The lines shown around the call. */
export interface ToolHandlerOptions {
  /** Before the call. Default `Executing <tool>…`. */
  readonly statusLine?: ToolLine<Readonly<Record<string, unknown>>>
  /** After it. Default `Result: <result>`. */
  readonly resultLine?: ToolLine<JsonValue>
}

/**
 * A tool as the handler of a step: shows a status line, calls the tool with `<step>_params`, shows a result line, and gives the
 * tool's result, as a value, to the steps after it. The tool's own events are shown too.
 */
export function toolHandler(tool: string | Tool, options: ToolHandlerOptions = {}): StepHandler<WorkflowContext, AsyncGenerator<string, JsonValue, undefined>> {
  const name = typeof tool === 'string' ? tool : tool.name
  const { statusLine = `Executing ${name}…`, resultLine = (result) => `Result: ${typeof result === 'string' ? result : JSON.stringify(result)}` } = options
  return async function* (step) {
    if (statusLine !== false) yield line(statusLine, step.params)
    const result = await step.callTool(tool, step.params)
    if (resultLine !== false) yield line(resultLine, result)
    return result
  }
}

function line<Told>(text: string | ((told: Told) => string), told: Told): string {
  return `${typeof text === 'string' ? text : text(told)}\n`
}
