import type { JsonObject } from '@agentstream/client/wire'
import { callArguments, objectsIn } from '../http/json-parts.ts'
import type { AssistantMessage, Message, ToolCall } from '../messages.ts'
import type { ModelRequest, ModelTool } from '../provider.ts'

export interface AnthropicDialect {
  readonly model: string
  /** For requests that state no limit: without one the server refuses them. */
  readonly maxTokens: number
  readonly stream: boolean
}

/** A model request as the JSON body of a message. Members of `extra` never replace ours. Penalties do not exist there. */
export function anthropicRequest(request: ModelRequest, { model, maxTokens, stream }: AnthropicDialect): JsonObject {
  const { parameters = {}, tools = [], messages } = request
  const { temperature, topP, stop } = parameters
  const system = messages.flatMap((message) => (message.role === 'system' && message.text.trim() !== '' ? [message.text] : []))
  return {
    ...parameters.extra,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined ? {} : { stop_sequences: stop }),
    model,
    max_tokens: parameters.maxTokens ?? maxTokens,
    ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
    messages: turns(messages),
    ...(tools.length > 0 ? { tools: tools.map(wireTool) } : {}),
    stream,
  }
}

/** Roles take turns here: what one role says in a row, results of tools being said by the user, is one message. */
function turns(messages: readonly Message[]): JsonObject[] {
  const out: { role: 'user' | 'assistant'; content: JsonObject[] }[] = []
  for (const message of messages) {
    const content = contentOf(message)
    if (content.length === 0) continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = out.at(-1)
    if (last?.role === role) last.content.push(...content)
    else out.push({ role, content })
  }
  return out.map(({ role, content }) => ({ role, content }))
}

function contentOf(message: Message): JsonObject[] {
  if (message.role === 'system') return []
  if (message.role === 'assistant') return assistantContent(message)
  if (message.role === 'tool') return [{ type: 'tool_result', tool_use_id: wireId(message.toolCallId), content: message.text }]
  return [...(message.images ?? []).map(wireImage), ...textContent(message.text)]
}

/** Blocks without text are refused. */
function textContent(text: string): JsonObject[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}

function assistantContent(message: AssistantMessage): JsonObject[] {
  const kept = objectsIn(message.providerData?.['anthropic'])
  const text = kept.map((block) => (block['type'] === 'text' ? String(block['text']) : '')).join('')
  // Kept blocks tell about the message as it was said; one that was rewritten since is told as it is now.
  if (kept.length === 0 || text !== message.text) return [...textContent(message.text), ...message.toolCalls.map(wireCall)]
  return kept.flatMap((block) => {
    if (block['type'] === 'text') return textContent(String(block['text']))
    const call = block['type'] === 'tool_use' ? message.toolCalls[Number(block['index'])] : undefined
    if (block['type'] === 'tool_use') return call ? [wireCall(call)] : []
    return [block]
  })
}

function wireCall({ id, name, arguments: text }: ToolCall): JsonObject {
  return { type: 'tool_use', id: wireId(id), name, input: callArguments(text) }
}

/** Other characters are refused, and a history may hold ids of other providers. */
function wireId(id: string): string {
  return id.replace(/[^\w-]/g, '_')
}

function wireImage(url: string): JsonObject {
  const [, mediaType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  const source = mediaType === undefined || data === undefined ? { type: 'url', url } : { type: 'base64', media_type: mediaType, data }
  return { type: 'image', source }
}

function wireTool(tool: ModelTool): JsonObject {
  return { name: tool.name, description: tool.description, input_schema: tool.parameters }
}
