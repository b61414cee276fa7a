import { isObject, type JsonObject, type JsonValue, type ModelParameters } from '@agentstream/client/wire'
import type { Message, ToolCall } from '../messages.ts'
import type { ModelRequest, ModelTool } from '../provider.ts'

/** What differs between servers that speak this format. */
export interface OpenAIDialect {
  readonly model: string
  /** OpenAI itself renamed the limit; most others know only the older name. */
  readonly maxTokensName: 'max_tokens' | 'max_completion_tokens'
  readonly includeUsage: boolean
  /** Default true. */
  readonly stream?: boolean
}

/** A model request as the JSON body of a chat completion. Members of `extra` never replace ours. */
export function openaiRequest(request: ModelRequest, dialect: OpenAIDialect): JsonObject {
  const { parameters = {}, tools = [] } = request
  const { stream = true } = dialect
  return {
    ...parameters.extra,
    ...settings(parameters, dialect),
    model: dialect.model,
    messages: request.messages.map(wireMessage),
    ...(tools.length > 0 ? { tools: tools.map(wireTool) } : {}),
    stream,
    ...(stream && dialect.includeUsage ? { stream_options: { include_usage: true } } : {}),
  }
}

function settings(parameters: ModelParameters, dialect: OpenAIDialect): JsonObject {
  const named: Record<string, JsonValue | undefined> = {
    temperature: parameters.temperature,
    [dialect.maxTokensName]: parameters.maxTokens,
    top_p: parameters.topP,
    frequency_penalty: parameters.frequencyPenalty,
    presence_penalty: parameters.presencePenalty,
    stop: parameters.stop,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

function wireMessage(message: Message): JsonObject {
  if (message.role === 'system') return { role: 'system', content: message.text }
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.text }
  if (message.role === 'user') {
    const images = message.images ?? []
    if (images.length === 0) return { role: 'user', content: message.text }
    const text = message.text === '' ? [] : [{ type: 'text', text: message.text }]
    return { role: 'user', content: [...text, ...images.map((url) => ({ type: 'image_url', image_url: { url } }))] }
  }
  if (message.toolCalls.length === 0) return { role: 'assistant', content: message.text }
  return { role: 'assistant', content: message.text === '' ? null : message.text, tool_calls: message.toolCalls.map(wireCall) }
}

function wireCall(call: ToolCall): JsonObject {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: jsonObjectText(call.arguments) } }
}

/** Several servers parse the arguments of earlier calls again and answer 400 when they are not a JSON object. */
export function jsonObjectText(text: string): string {
  try {
    return isObject(JSON.parse(text)) ? text : '{}'
  } catch {
    // The model was told that its arguments were invalid by the result of the call.
    return '{}'
  }
}

function wireTool(tool: ModelTool): JsonObject {
  return { type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.parameters } }
}
