/** Which models this server may talk to. Keys and addresses come from its own environment, and never from a page. */
import type { StreamingProvider } from '@agentstream/edge'
import { anthropic } from '@agentstream/edge/anthropic'
import { ollama } from '@agentstream/edge/ollama'
import { openai } from '@agentstream/edge/openai'

/** Every member is optional: without any, the demo needs no key and no network. */
export interface ProviderEnvironment {
  readonly OPENAI_API_KEY?: string | undefined
  readonly OPENAI_BASE_URL?: string | undefined
  readonly OPENAI_MODEL?: string | undefined
  readonly ANTHROPIC_API_KEY?: string | undefined
  readonly ANTHROPIC_BASE_URL?: string | undefined
  readonly ANTHROPIC_MODEL?: string | undefined
  readonly OLLAMA_BASE_URL?: string | undefined
  readonly OLLAMA_MODEL?: string | undefined
}

/** What a page is told of one: enough to choose it, and nothing else. */
export interface ProviderChoice {
  readonly agent: string
  readonly name: string
  readonly model: string
}

export interface ConfiguredProvider extends ProviderChoice {
  readonly provider: StreamingProvider
}

/** The configured ones first, so that whoever sets a key talks to its model; the local one is always there. */
export function configuredProviders(environment: ProviderEnvironment, local: StreamingProvider): readonly [ConfiguredProvider, ...ConfiguredProvider[]] {
  const last = choice('local', 'Local rules', local)
  const [first, ...others] = [...withOpenAI(environment), ...withAnthropic(environment), ...withOllama(environment)]
  return first ? [first, ...others, last] : [last]
}

function choice(id: string, name: string, provider: StreamingProvider): ConfiguredProvider {
  return { agent: `assistant-${id}`, name, model: provider.info.model, provider }
}

// A server of one's own often asks for no key. An empty variable counts as none.
function withOpenAI({ OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model }: ProviderEnvironment): readonly ConfiguredProvider[] {
  if (!apiKey && !baseURL) return []
  return [choice('openai', 'OpenAI', openai({ apiKey, baseURL: baseURL || undefined, model: model || 'gpt-4o-mini' }))]
}

function withAnthropic(environment: ProviderEnvironment): readonly ConfiguredProvider[] {
  const { ANTHROPIC_API_KEY: apiKey, ANTHROPIC_BASE_URL: baseURL, ANTHROPIC_MODEL: model } = environment
  if (!apiKey) return []
  return [choice('anthropic', 'Anthropic', anthropic({ apiKey, baseURL: baseURL || undefined, model: model || 'claude-haiku-4-5' }))]
}

function withOllama({ OLLAMA_BASE_URL: baseURL, OLLAMA_MODEL: model }: ProviderEnvironment): readonly ConfiguredProvider[] {
  if (!baseURL && !model) return []
  return [choice('ollama', 'Ollama', ollama({ baseURL: baseURL || undefined, model: model || 'llama3.2' }))]
}
