import { isObject, type JsonObject, type JsonValue } from '@agentstream/client/wire'
import { callArguments, objectsIn } from '../http/json-parts.ts'
import type { AssistantMessage, Message, ToolMessage, UserMessage } from '../messages.ts'
import type { ModelRequest, ModelTool } from '../provider.ts'

export interface AiSdkDialect {
  readonly specificationVersion: 'v3' | 'v4'
  /** Whose data may go back to the model. */
  readonly provider: string
}

/** A model request as the options of an AI SDK call. `extra` becomes its `providerOptions`. */
export function aiSdkRequest(request: ModelRequest, dialect: AiSdkDialect): { readonly prompt: readonly unknown[] } & Readonly<Record<string, unknown>> {
  const { parameters = {}, tools = [] } = request
  const settings = {
    temperature: parameters.temperature,
    maxOutputTokens: parameters.maxTokens,
    topP: parameters.topP,
    frequencyPenalty: parameters.frequencyPenalty,
    presencePenalty: parameters.presencePenalty,
    stopSequences: parameters.stop,
    providerOptions: parameters.extra,
  }
  return {
    ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
    prompt: prompt(request.messages, dialect),
    ...(tools.length > 0 ? { tools: tools.map(functionTool), toolChoice: { type: 'auto' } } : {}),
  }
}

function prompt(messages: readonly Message[], dialect: AiSdkDialect): unknown[] {
  const out: { role: Message['role']; content: unknown[] | string }[] = []
  for (const message of messages) {
    const last = out.at(-1)
    // Results of one turn are one message there.
    if (message.role === 'tool' && last?.role === 'tool' && Array.isArray(last.content)) last.content.push(toolResult(message))
    else out.push({ role: message.role, content: content(message, dialect) })
  }
  return out
}

function content(message: Message, dialect: AiSdkDialect): unknown[] | string {
  if (message.role === 'system') return message.text
  if (message.role === 'tool') return [toolResult(message)]
  return message.role === 'user' ? userParts(message, dialect) : assistantParts(message, dialect)
}

function userParts({ text, images = [] }: UserMessage, dialect: AiSdkDialect): unknown[] {
  return [...(text === '' && images.length > 0 ? [] : [{ type: 'text', text }]), ...images.map((url) => filePart(url, dialect))]
}

function filePart(url: string, { specificationVersion }: AiSdkDialect): unknown {
  const [, mediaType = 'image/*', data] = /^data:([^;,]+);base64,(.*)$/s.exec(url) ?? []
  if (specificationVersion === 'v3') return { type: 'file', mediaType, data: data ?? new URL(url) }
  return { type: 'file', mediaType, data: data === undefined ? { type: 'url', url: new URL(url) } : { type: 'data', data } }
}

function assistantParts(message: AssistantMessage, { provider }: AiSdkDialect): unknown[] {
  const kept = keptParts(message.providerData?.['ai-sdk'], provider)
  const text = kept.map((part) => (part['type'] === 'text' ? String(part['text']) : '')).join('')
  // Kept parts tell about the message as it was said; one that was rewritten since is told as it is now.
  if (kept.length === 0 || text !== message.text) {
    const text = message.text === '' ? [] : [{ type: 'text', text: message.text }]
    return [...text, ...message.toolCalls.flatMap((_, index) => callPart(message, { index }))]
  }
  return kept.flatMap((part) => (part['type'] === 'tool_call' ? callPart(message, part) : [part]))
}

function callPart({ toolCalls }: AssistantMessage, { index, providerOptions }: JsonObject): unknown[] {
  const call = toolCalls[Number(index)]
  if (!call) return []
  return [
    { type: 'tool-call', toolCallId: call.id, toolName: call.name, input: callArguments(call.arguments), ...(providerOptions ? { providerOptions } : {}) },
  ]
}

function keptParts(data: JsonValue | undefined, provider: string): readonly JsonObject[] {
  // What is an object in JSON holds JSON values.
  return objectsIn(isObject(data) ? (data[provider] as JsonValue) : undefined)
}

function toolResult({ toolCallId, toolName, text }: ToolMessage): unknown {
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value: text } }
}

function functionTool({ name, description, parameters }: ModelTool): unknown {
  return { type: 'function', name, description, inputSchema: parameters }
}
