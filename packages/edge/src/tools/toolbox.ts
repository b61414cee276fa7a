import { ToolError } from '../errors.ts'
import type { ModelTool } from '../model/provider.ts'
import type { Tool } from './tool.ts'

/** The tools of an agent, found by exact name only: a name such as `constructor` finds nothing that was not put in. */
export interface Toolbox {
  readonly tools: readonly Tool[]
  get(name: string): Tool | undefined
  /** The same without some of them. */
  without(names: ReadonlySet<string>): Toolbox
}

/** Throws ToolError when two tools share a name. */
export function createToolbox(tools: readonly Tool[] = []): Toolbox {
  const byName = new Map<string, Tool>()
  for (const tool of tools) {
    if (byName.has(tool.name)) throw new ToolError(tool.name, `Two tools are named "${tool.name}"`)
    byName.set(tool.name, tool)
  }
  const toolbox: Toolbox = {
    tools: [...tools],
    get: (name) => byName.get(name),
    without: (names) => (names.size === 0 ? toolbox : createToolbox(toolbox.tools.filter((tool) => !names.has(tool.name)))),
  }
  return toolbox
}

/** What a model is told about tools. */
export function modelTools(toolbox: Toolbox): readonly ModelTool[] {
  return toolbox.tools.map(({ name, description, parameters }) => ({ name, description, parameters }))
}
