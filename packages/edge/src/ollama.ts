/** Models behind Ollama. */

export type { ProviderTransport } from './model/call-provider.ts'
export { type OllamaOptions, ollama } from './model/ollama/provider.ts'
export type { RetryPolicy } from './model/retry-policy.ts'
export { ollamaChat } from './model-streams/ollama.ts'
