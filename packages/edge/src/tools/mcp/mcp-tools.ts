import type { JsonObject } from '@agentstream/client/wire'
import type { CallToolResult, Tool as RemoteTool } from '@modelcontextprotocol/client'
import { ToolError } from '../../errors.ts'
import type { ApprovalContext, Tool, ToolContext } from '../tool.ts'
import { type McpServer, withMcpServer } from './connection.ts'

/** Which server, which of its tools, and which calls a person must allow. */
export interface McpToolsOptions extends McpServer {
  /** Put before the names of the server's tools, so that those of two servers stay apart. */
  readonly prefix?: string
  /** Only these, by the server's own names: what the server adds later is then not offered to the model unseen. Default all. */
  readonly only?: readonly string[]
  /** Which calls a person must allow; see `defineTool`. `tool` is the server's own name. */
  readonly needsApproval?: boolean | ((input: JsonObject, context: ApprovalContext & { readonly tool: string }) => boolean | Promise<boolean>)
  /** For listing, and for one call. Default 60 000. */
  readonly timeoutMs?: number
  /** Largest result as JSON. Default 262 144 (256 KiB). */
  readonly resultBytes?: number
  /** Ends the listing when it aborts, with its reason. */
  readonly signal?: AbortSignal
}

/** Far more than any real list. */
const listBytes = 4 * 1024 * 1024

/**
 * The tools of a remote MCP server, as tools an agent may use: their schemas as the server states them, which also checks the
 * arguments. Every call is a connection of its own, so tools that remember the call before do not find it. An aborted run
 * cancels the call; what goes wrong is a `tool_error`. Throws ToolError when the server cannot be asked for its tools.
 *
 * @example
 * const tools = await mcpTools({ url: 'https://docs.example/mcp', prefix: 'docs_', needsApproval: true })
 * const agent = createHybridAgent({ name: 'reader', provider, tools })
 */
export async function mcpTools(options: McpToolsOptions): Promise<readonly Tool[]> {
  const { prefix = '', only, timeoutMs = 60_000, signal = new AbortController().signal } = options
  const connection = { toolName: `${prefix}*`, signal, timeoutMs, limitBytes: listBytes }
  const { tools } = await withMcpServer(options, connection, (client, limits) => client.listTools({}, limits))
  const missing = only?.find((name) => !tools.some((tool) => tool.name === name))
  if (missing !== undefined) throw new ToolError(missing, `The MCP server has no tool named "${missing}"`)
  return tools.filter(({ name }) => !only || only.includes(name)).map((tool) => toTool(tool, options))
}

function toTool(remote: RemoteTool, options: McpToolsOptions): Tool {
  const { prefix = '', timeoutMs = 60_000, resultBytes = 256 * 1024, needsApproval = false } = options
  const name = `${prefix}${remote.name}`.replaceAll(/[^\w-]/g, '_').slice(0, 64)
  return {
    name,
    description: remote.description ?? remote.title ?? '',
    // It came as JSON.
    parameters: remote.inputSchema as JsonObject,
    timeoutMs,
    resultBytes,
    async prepare(input) {
      const run = (context: ToolContext): Promise<unknown> => callRemote(remote, input, { ...options, name, timeoutMs, resultBytes, context })
      if (needsApproval === false) return { run }
      const check = typeof needsApproval === 'function' ? needsApproval : () => needsApproval
      return { run, needsApproval: (context) => check(input, { ...context, tool: remote.name }) }
    },
  }
}

interface RemoteCall extends McpServer {
  readonly name: string
  readonly timeoutMs: number
  readonly resultBytes: number
  readonly context: ToolContext
}

async function callRemote(remote: RemoteTool, input: JsonObject, options: RemoteCall): Promise<unknown> {
  const { name, timeoutMs, resultBytes, context } = options
  const { signal, emit } = context
  // Results travel as text within JSON, some of them twice.
  const connection = { toolName: name, signal, timeoutMs, limitBytes: 4 * resultBytes + 65_536 }
  // Without the schema of its results, which would be compiled and could only turn what it answered into an error.
  const { outputSchema: _, ...toolDefinition } = remote
  const result = await withMcpServer(options, connection, (client, limits) =>
    client.callTool(
      { name: remote.name, arguments: input },
      {
        ...limits,
        toolDefinition,
        onprogress: ({ progress, total, message }) => emit({ ...(total ? { progress: progress / total } : {}), ...(message ? { message } : {}) }),
      },
    ),
  )
  if (result.isError) throw new ToolError(name, textOf(result) || 'The tool failed without saying why')
  return resultOf(result)
}

function textOf({ content }: CallToolResult): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

/** What was stated as data, else as text, else its parts as they came. */
function resultOf(result: CallToolResult): unknown {
  if (result.structuredContent !== undefined) return result.structuredContent
  return result.content.every(({ type }) => type === 'text') ? textOf(result) : result.content
}
