import { isObject, type JsonObject, type JsonValue, type ModelParameters } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import { callArguments } from '../http/json-parts.ts'
import type { Message } from '../messages.ts'
import type { ModelRequest, ModelTool } from '../provider.ts'

export interface OllamaDialect {
  readonly model: string
  readonly modelOptions: JsonObject | undefined
  readonly stream: boolean
}

/** A model request as the JSON body of `/api/chat`. Members of `extra` never replace ours; its `options` join ours. */
export function ollamaRequest(request: ModelRequest, { model, modelOptions, stream }: OllamaDialect): JsonObject {
  const { parameters = {}, tools = [] } = request
  const options = { ...modelOptions, ...objectOf(parameters.extra?.['options']), ...settings(parameters) }
  return {
    ...parameters.extra,
    model,
    messages: request.messages.map(wireMessage),
    ...(tools.length > 0 ? { tools: tools.map(wireTool) } : {}),
    ...(Object.keys(options).length > 0 ? { options } : {}),
    stream,
  }
}

function settings(parameters: ModelParameters): JsonObject {
  const named: Record<string, JsonValue | undefined> = {
    temperature: parameters.temperature,
    num_predict: parameters.maxTokens,
    top_p: parameters.topP,
    frequency_penalty: parameters.frequencyPenalty,
    presence_penalty: parameters.presencePenalty,
    stop: parameters.stop,
  }
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
}

// What is an object in JSON is a JSON object.
const objectOf = (value: unknown): JsonObject => (isObject(value) ? (value as JsonObject) : {})

function wireMessage(message: Message): JsonObject {
  if (message.role === 'system') return { role: 'system', content: message.text }
  if (message.role === 'tool') return { role: 'tool', tool_name: message.toolName, tool_call_id: message.toolCallId, content: message.text }
  if (message.role === 'user') {
    const images = message.images ?? []
    return { role: 'user', content: message.text, ...(images.length > 0 ? { images: images.map(imageBytes) } : {}) }
  }
  const calls = message.toolCalls.map(({ id, name, arguments: text }) => ({ id, function: { name, arguments: callArguments(text) } }))
  return { role: 'assistant', content: message.text, ...(calls.length > 0 ? { tool_calls: calls } : {}) }
}

/** The server fetches nothing, so an image has to come along. */
function imageBytes(url: string): string {
  const [, data] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? []
  if (data === undefined) throw new ProviderError('ollama', 'ollama takes images as base64 data URLs only')
  return data
}

function wireTool(tool: ModelTool): JsonObject {
  return { type: 'function', function: { name: tool.name, description: tool.description, parameters: tool.parameters } }
}
