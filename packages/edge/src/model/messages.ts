import type { JsonObject } from '@agentstream/client/wire'

/** What a model is told. Vendors translate these; nobody else builds vendor messages. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage

/** Instructions; of nobody but the server. */
export interface SystemMessage {
  readonly role: 'system'
  readonly text: string
}

/** What a person asked. */
export interface UserMessage {
  readonly role: 'user'
  readonly text: string
  /** URLs or data URLs. */
  readonly images?: readonly string[]
  /** Words of the engine in the person's place, such as the prompt of a DAWP step, in what is remembered. Models are told them all the same. */
  readonly isPrompt?: true
}

/** What the model said, and the calls it made. */
export interface AssistantMessage {
  readonly role: 'assistant'
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  /** What the provider wants back with this message, as it gave it. Nobody else looks inside. */
  readonly providerData?: ProviderData
}

/** Signatures and the like, under the name of the provider that made them; other providers ignore them. */
export type ProviderData = JsonObject

/** The answer to one call of the assistant message before it. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly toolCallId: string
  readonly toolName: string
  readonly text: string
}

/** A whole call as the model stated it. `arguments` is JSON text, possibly invalid. */
export interface ToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}
