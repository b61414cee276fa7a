import { ProtocolError } from './errors.ts'
import type { AgentInfo } from './wire/agent.ts'
import { isObject } from './wire/json.ts'

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)
const member = <K extends string>(key: K, value: unknown): { readonly [P in K]?: string } =>
  typeof value === 'string' ? ({ [key]: value } as { [P in K]: string }) : {}

const figure = <K extends string>(key: K, value: unknown, factor = 1): { readonly [P in K]?: number } =>
  typeof value === 'number' ? ({ [key]: value * factor } as { [P in K]: number }) : {}

/** The wire's words to ours. Throws ProtocolError for anything that does not name an agent. */
export function parseAgentInfo(value: unknown): AgentInfo {
  if (!isObject(value) || typeof value['name'] !== 'string') throw new ProtocolError('Not the description of an agent', { excerpt: JSON.stringify(value) })
  const tools = Array.isArray(value['tools']) ? value['tools'].filter(isObject) : []
  return {
    name: value['name'],
    ...member('description', value['description']),
    ...member('provider', value['provider']),
    ...member('model', value['model']),
    tools: tools.map((tool) => ({ name: textOr(tool['name'], ''), description: textOr(tool['description'], '') })),
    supportsStreaming: value['supports_streaming'] !== false,
    ...figure('timeoutMs', value['timeout'], 1000),
    ...figure('maxRetries', value['max_retries']),
    ...figure('temperature', value['temperature']),
    ...figure('maxTokens', value['max_tokens']),
  }
}
