import { ProtocolError } from './errors.ts'
import type { AgentInfo } from './wire/agent.ts'
import { ifText, isObject, isText } from './wire/json.ts'

const figure = (value: unknown, factor = 1): number | undefined => (typeof value === 'number' ? value * factor : undefined)

/** The wire's words to ours. Throws ProtocolError for anything that does not name an agent. */
export function parseAgentInfo(value: unknown): AgentInfo {
  if (!isObject(value) || !isText(value['name'])) throw new ProtocolError('Not the description of an agent', { excerpt: JSON.stringify(value) })
  const tools = Array.isArray(value['tools']) ? value['tools'].filter(isObject) : []
  return {
    name: value['name'],
    description: ifText(value['description']),
    provider: ifText(value['provider']),
    model: ifText(value['model']),
    tools: tools.map(({ name, description }) => ({ name: ifText(name) ?? '', description: ifText(description) ?? '' })),
    supportsStreaming: value['supports_streaming'] !== false,
    timeoutMs: figure(value['timeout'], 1000),
    maxRetries: figure(value['max_retries']),
    temperature: figure(value['temperature']),
    maxTokens: figure(value['max_tokens']),
  }
}
