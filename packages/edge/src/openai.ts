/** Models behind OpenAI's chat completions, and the many servers that speak them. */

export type { ProviderTransport } from './model/call-provider.ts'
export { type OpenAIOptions, openai } from './model/openai/provider.ts'
export type { RetryPolicy } from './model/retry-policy.ts'
export { openaiChat, openaiResponses } from './model-streams/openai.ts'
