/** A run as somebody asks for it, before any protocol has put it in words. In our words; on the wire each protocol has its own. */
import type { ModelParameters } from './agent.ts'
import type { JsonObject } from './json.ts'

/** What an agent is asked. Only `description` is required. */
export interface TaskInput {
  readonly description: string
  readonly context?: JsonObject
  /** URLs or data URLs. */
  readonly images?: readonly string[]
  readonly sessionId?: string
  readonly senderId?: string
  /**
   * What was said before, for servers that keep no conversation (AG-UI, the AI SDK's). Our own server ignores it: it keeps what
   * was said under the session id, and believes nobody else.
   */
  readonly history?: readonly PastMessage[]
}

/** One message of a conversation that the client keeps itself. */
export interface PastMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** One run, asked for. */
export interface Ask {
  readonly runId: string
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
  readonly task: TaskInput
  readonly parameters?: ModelParameters | undefined
}

/** One HTTP request, relative to the address that the client was given. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Appended to the address as it is: begins with `/` or `?`, or is empty. */
  readonly path: string
  /** Beside what the client sends anyway. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: unknown
}
