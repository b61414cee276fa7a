import type { JsonObject } from '@agentstream/client/wire'
import { objectsIn } from '../http/json-parts.ts'
import type { AssistantMessage, Message } from '../messages.ts'
import type { ModelRequest, ModelTool } from '../provider.ts'
import { jsonObjectText } from './request.ts'

/** A model request as the JSON body of a response. Members of `extra` never replace ours. Penalties and `stop` do not exist there. */
export function responsesRequest(request: ModelRequest, { model, stream }: { readonly model: string; readonly stream: boolean }): JsonObject {
  const { parameters = {}, tools = [] } = request
  const { temperature, maxTokens, topP } = parameters
  return {
    ...parameters.extra,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...(topP === undefined ? {} : { top_p: topP }),
    model,
    input: request.messages.flatMap(inputItems),
    ...(tools.length > 0 ? { tools: tools.map(wireTool) } : {}),
    stream,
  }
}

function inputItems(message: Message): JsonObject[] {
  if (message.role === 'system') return [{ role: 'system', content: message.text }]
  if (message.role === 'tool') return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.text }]
  if (message.role === 'assistant') return assistantItems(message)
  const images = (message.images ?? []).map((url) => ({ type: 'input_image', image_url: url }))
  const text = message.text === '' ? [] : [{ type: 'input_text', text: message.text }]
  return [{ role: 'user', content: images.length === 0 ? message.text : [...text, ...images] }]
}

function assistantItems(message: AssistantMessage): JsonObject[] {
  const text = message.text === '' ? [] : [{ role: 'assistant', content: message.text }]
  const calls = message.toolCalls.map((call) => ({ type: 'function_call', call_id: call.id, name: call.name, arguments: jsonObjectText(call.arguments) }))
  // Reasoning comes first, as it came.
  return [...objectsIn(message.providerData?.['openai-responses']), ...text, ...calls]
}

function wireTool(tool: ModelTool): JsonObject {
  // Strict is the default here, and refuses schemas with optional members.
  return { type: 'function', name: tool.name, description: tool.description, parameters: tool.parameters, strict: false }
}
