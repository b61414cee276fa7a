/** Tools of remote MCP servers. Needs `@modelcontextprotocol/client`, which nothing else here loads. */

export type { McpServer } from './tools/mcp/connection.ts'
export { type McpToolsOptions, mcpTools } from './tools/mcp/mcp-tools.ts'
