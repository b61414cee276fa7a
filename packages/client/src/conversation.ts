import type { AgentClient } from './client.ts'
import { ProtocolError } from './errors.ts'
import { pathOf } from './exchange.ts'
import { isObject } from './wire/json.ts'

/** Which conversation of our server is meant. */
export interface ConversationOptions {
  readonly sessionId: string
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
  /** Gives up asking. Whoever waits for the answer then gets what a lost connection throws. */
  readonly signal?: AbortSignal
}

/** What our server remembers of a conversation, whoever asks and whichever page it was said on. */
export interface Conversation {
  /** Oldest first. */
  readonly messages: readonly ConversationMessage[]
  /** The run that answers now, for `client.attach`, and what it was asked; its turn is not among the messages. */
  readonly liveRun: { readonly runId: string; readonly description: string } | undefined
}

/** What a person asked, or what the agent said and which tools it called. */
export type ConversationMessage =
  | { readonly role: 'user'; readonly text: string; readonly images: readonly string[] }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly PastToolCall[] }

/** A tool call that is over. */
export interface PastToolCall {
  readonly callId: string
  readonly toolName: string
  /** As the model wrote them: JSON, or not quite. */
  readonly argumentsText: string
  /** What the model was told came of it; absent when nothing did. */
  readonly result: string | undefined
}

/**
 * What was said in a conversation: what a page shows that was loaded again. Empty for one that is new, has expired or is somebody
 * else's. Only runs that completed are remembered. The client's `url` must be where our server's routes begin. Throws an
 * AgentStreamError.
 */
export async function readConversation(client: AgentClient, which: ConversationOptions): Promise<Conversation> {
  const { messages, live_run: live } = object(await client.call({ method: 'GET', path: addressOf(which) }, which))
  return { messages: list(messages, parseMessage).flat(), liveRun: live === undefined ? live : parseLive(object(live)) }
}

/**
 * Has the server forget what was said. Its runs are no part of that. Throws an AgentStreamError: HttpError 409 while a run of the
 * conversation is live, which is to be cancelled first.
 */
export async function forgetConversation(client: AgentClient, which: ConversationOptions): Promise<void> {
  await client.call({ method: 'DELETE', path: addressOf(which) }, which)
}

const addressOf = ({ agent = 'default', sessionId }: ConversationOptions): string => pathOf('agents', agent, 'sessions', sessionId)

const parseLive = ({ run_id: id, description }: Record<string, unknown>): Conversation['liveRun'] => ({ runId: text(id), description: text(description) })

/** A role that we do not know is a newer server's. */
function parseMessage(value: unknown): readonly ConversationMessage[] {
  const { role, text: said, images, tool_calls: calls } = object(value)
  if (role === 'user') return [{ role, text: text(said), images: list(images, text) }]
  return role === 'assistant' ? [{ role, text: text(said), toolCalls: list(calls, parseCall) }] : []
}

function parseCall(value: unknown): PastToolCall {
  const { tool_call_id: id, tool_name: name, arguments: written, result } = object(value)
  return { callId: text(id), toolName: text(name), argumentsText: text(written), result: result === undefined ? result : text(result) }
}

const object = (value: unknown): Record<string, unknown> => (isObject(value) ? value : malformed())
const text = (value: unknown): string => (typeof value === 'string' ? value : malformed())
const list = <T>(value: unknown = [], parse: (item: unknown) => T): readonly T[] => (Array.isArray(value) ? value.map(parse) : malformed())

/** Without an excerpt: errors quote nothing of what people say. */
function malformed(): never {
  throw new ProtocolError('Not what was said in a conversation')
}
