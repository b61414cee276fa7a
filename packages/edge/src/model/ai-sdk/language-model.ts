import * as z from 'zod'

/**
 * What is used of the AI SDK's language models, by shape: versions 3 and 4 of their specification differ in little else
 * than how a file is handed over. No package of theirs is needed at run time.
 */
export interface AiSdkLanguageModel {
  readonly specificationVersion: string
  readonly provider: string
  readonly modelId: string
  doStream(options: AiSdkCall): PromiseLike<{ readonly stream: ReadableStream<unknown> }>
  doGenerate(options: AiSdkCall): PromiseLike<object>
}

export interface AiSdkCall {
  readonly prompt: readonly unknown[]
  readonly abortSignal?: AbortSignal | undefined
}

const text = z.string().nullish()
const count = z.number().nullish()
const anything = z.unknown().optional()
const metadata = z.record(z.string(), z.record(z.string(), z.json())).nullish().catch(undefined)

const usage = z.object({
  inputTokens: z.object({ total: count, cacheRead: count, cacheWrite: count }).nullish(),
  outputTokens: z.object({ total: count, reasoning: count }).nullish(),
})
const finishReason = z.object({ unified: z.string(), raw: text })

/** One part of an answer, streamed or whole. */
export const aiSdkPart = z.object({
  type: z.string(),
  id: text,
  delta: text,
  text,
  toolName: text,
  toolCallId: text,
  input: text,
  inputEncoding: text,
  providerExecuted: z.boolean().nullish(),
  providerMetadata: metadata,
  usage: usage.nullish(),
  finishReason: finishReason.nullish(),
  error: anything,
})

/** An answer in one piece. */
export const aiSdkAnswer = z.object({ content: z.array(z.unknown()), finishReason, usage: usage.nullish() })

export type AiSdkPart = z.infer<typeof aiSdkPart>
export type AiSdkUsage = z.infer<typeof usage>
export type AiSdkMetadata = NonNullable<AiSdkPart['providerMetadata']>
