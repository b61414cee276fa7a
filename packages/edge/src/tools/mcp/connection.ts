import { LimitError } from '@agentstream/client/wire'
import { Client, ProtocolError, SdkError, SdkErrorCode, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { interruptible, linkedAbort } from '../../abort.ts'
import { ToolError } from '../../errors.ts'
import { boundedFetch, type Fetch } from './bounded-fetch.ts'

/** What `fetch` takes as headers; Node's own types have no `HeadersInit`. */
type HeadersLike = NonNullable<RequestInit['headers']>

/** Where an MCP server is and how to speak to it. */
export interface McpServer {
  /** Its streamable HTTP address. */
  readonly url: string | URL
  /** Sent with every request; asked again for every connection, so that tokens can rotate. */
  readonly headers?: HeadersLike | (() => HeadersLike | Promise<HeadersLike>)
  readonly fetch?: Fetch
}

export interface ConnectionOptions {
  /** For what goes wrong. */
  readonly toolName: string
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Longest single answer. */
  readonly limitBytes: number
}

/** What every request of a connection is made with. */
export interface RequestLimits {
  readonly signal: AbortSignal
  readonly timeout: number
}

/**
 * One conversation with an MCP server, closed when the work is done. Nothing is kept between two: servers and runtimes that
 * forget connections lose nothing. Throws ToolError, and the signal's reason at once when it aborts.
 */
export async function withMcpServer<T>(
  server: McpServer,
  options: ConnectionOptions,
  work: (client: Client, request: RequestLimits) => Promise<T>,
): Promise<T> {
  const { toolName, timeoutMs, limitBytes } = options
  const connection = linkedAbort(options.signal)
  const { signal } = connection
  // The library does not heed its signal everywhere.
  const waits = interruptible(signal)
  const limits: RequestLimits = { signal, timeout: timeoutMs }
  const send: Fetch = server.fetch ?? ((url, init) => globalThis.fetch(url, init))
  // Speaks the newest version both ends know, and the handshake of old ones where that is all there is.
  const client = new Client({ name: 'agentstream', version: '0.1.0' }, { versionNegotiation: { mode: 'auto' } })
  let transport: StreamableHTTPClientTransport | undefined
  try {
    signal.throwIfAborted()
    const headers = typeof server.headers === 'function' ? await server.headers() : server.headers
    transport = new StreamableHTTPClientTransport(new URL(server.url), {
      fetch: boundedFetch(send, { limitBytes, onTooLarge: connection.abort }),
      requestInit: headers ? { headers: new Headers(headers) } : {},
    })
    await waits.wait(client.connect(transport, limits))
    return await waits.wait(work(client, limits))
  } catch (error) {
    options.signal.throwIfAborted()
    throw new ToolError(toolName, problemOf(error), { cause: error })
  } finally {
    waits.release()
    connection.release()
    // Not awaited: nobody has to wait for a server to forget.
    void hangUp(client, transport)
  }
}

const goodbyeMs = 5000

async function hangUp(client: Client, transport: StreamableHTTPClientTransport | undefined): Promise<void> {
  const close = (): void => void client.close().catch(() => {})
  const timer = setTimeout(close, goodbyeMs)
  // A server that keeps sessions frees this one; one that does not answer is left alone.
  await transport?.terminateSession().catch(() => {})
  clearTimeout(timer)
  close()
}

/** In words that hold no address and no key: what the server said of the call itself is its own, and is told. */
function problemOf(error: unknown): string {
  if (error instanceof ToolError) return error.message
  if (error instanceof ProtocolError) return `The MCP server refused: ${error.message}`
  if (error instanceof SdkHttpError) return `The MCP server answered ${error.status}`
  if (error instanceof LimitError) return error.message
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return 'The MCP server did not answer in time'
  return 'The MCP server could not be reached, or broke off'
}
