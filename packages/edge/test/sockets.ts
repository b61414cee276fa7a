/** A server with sockets, our client for it, and a bare one. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAgentClient, socketTransport } from '@agentstream/client'
import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Agent, RunContext } from '../src/agents/agent.ts'
import { createAgentHandler } from '../src/serve/handler.ts'
import { nodeListener } from '../src/serve/node-listener.ts'
import type { AgentHandlerOptions } from '../src/serve/options.ts'
import { nodeUpgrade } from '../src/serve/socket/node-upgrade.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

export interface Place {
  readonly url: string
  readonly origin: string
}

export async function listen(run: (context: RunContext) => AsyncIterable<AgentEvent>, options: Partial<AgentHandlerOptions> = {}): Promise<Place> {
  const agent: Agent = { name: 'a', info: { name: 'a', tools: [], supportsStreaming: true }, run: (_, context) => run(context) }
  const handler = createAgentHandler({ agents: { a: agent }, basePath: '/api', ...options })
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer(nodeListener(handler))
  server.on('upgrade', nodeUpgrade({ handler, sockets }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // a string only for sockets with a path
  return { url: `http://127.0.0.1:${port}/api`, origin: `http://127.0.0.1:${port}` }
}

export const clientOf = ({ url }: Place, options: { headers?: HeadersInit; windowLength?: number } = {}) =>
  createAgentClient({ url, transport: socketTransport({ WebSocket, ...options }), ...options, retry: { baseMs: 1, maxMs: 1 } })

export async function* words(): AsyncIterable<AgentEvent> {
  yield { type: 'token', content: 'Hello ' }
  yield { type: 'token', content: 'there ⛴️' }
  yield { type: 'result', output: 'Hello there ⛴️' }
  yield { type: 'completed', success: true, execution_time: 0 }
}

export async function* untilStopped({ signal }: RunContext): AsyncIterable<AgentEvent> {
  yield { type: 'token', content: 'on and on' }
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}

/** A bare socket: what it heard until it was closed, and how. */
export function talk(place: Place, messages: readonly string[], options: { headers?: Record<string, string>; protocols?: string[]; path?: string } = {}) {
  return new Promise<{ heard: string[]; code?: number; status?: number }>((resolve) => {
    const heard: string[] = []
    const socket = new WebSocket(`${place.url.replace('http', 'ws')}${options.path ?? '/agents/a/socket'}`, options.protocols ?? [], {
      headers: options.headers ?? {},
    })
    socket.on('open', () => {
      for (const message of messages) socket.send(message)
    })
    socket.on('message', (data) => heard.push(String(data)))
    socket.on('close', (code) => resolve({ heard, code }))
    socket.on('unexpected-response', (_, { statusCode = 0 }) => resolve({ heard, status: statusCode }))
    socket.on('error', () => {})
  })
}

export const start = (more: object = {}): string => JSON.stringify({ type: 'start', run_id: 'r', task: { description: 'go' }, ...more })
