/** Any language model of the AI SDK. */

export type { AiSdkLanguageModel } from './model/ai-sdk/language-model.ts'
export { type AiSdkOptions, aiSdk } from './model/ai-sdk/provider.ts'
export type { RetryPolicy } from './model/retry-policy.ts'
