/** A server with sockets, our client for it, and a bare one. */
import { createAgentClient, socketTransport } from '@agentstream/client'
import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach } from 'vitest'
import { WebSocket } from 'ws'
import type { Agent, RunContext } from '../src/agents/agent.ts'
import { createAgentHandler } from '../src/serve/handler.ts'
import type { AgentHandlerOptions } from '../src/serve/options.ts'
import { startServer } from './node-server.ts'

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
  const { url: origin, close } = await startServer(handler)
  closers.push(close)
  return { url: `${origin}/api`, origin }
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
