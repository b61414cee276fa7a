/** Models behind Anthropic's messages. */

export { type AnthropicOptions, anthropic } from './model/anthropic/provider.ts'
export type { ProviderTransport } from './model/call-provider.ts'
export type { RetryPolicy } from './model/retry-policy.ts'
export { anthropicMessages } from './model-streams/anthropic.ts'
