import { type Frame, isRetryableStatus, parseJson } from '@agentstream/client/wire'
import * as z from 'zod'
import { ProviderError } from '../../errors.ts'

/** A frame as what the schema describes, or the ProviderError that it amounts to. */
export function readFrame<T>(frame: Frame, { provider, schema }: { readonly provider: string; readonly schema: z.ZodType<T> }): T | ProviderError {
  let value: unknown
  try {
    value = parseJson(frame.data)
  } catch (cause) {
    return new ProviderError(provider, `${provider} sent a frame that is not JSON`, { cause })
  }
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : new ProviderError(provider, `${provider} sent a chunk of the wrong shape`)
}

const anything = z.unknown().optional()
const statedShape = z.object({ code: anything, type: anything, status: anything, status_code: anything })
const passing = /rate_limit|overloaded|server_error|api_error|service_unavailable|timeout/

/** The error a vendor states in the middle of a stream. */
export function statedError(error: unknown, provider: string): ProviderError {
  // The text of the error is left out: it quotes prompts and, at some servers, keys.
  const stated = Object.values(statedShape.safeParse(error).data ?? {})
  const status = stated.map(Number).find((value) => value >= 400 && value < 600)
  const retryable = status === undefined ? stated.some((value) => typeof value === 'string' && passing.test(value)) : isRetryableStatus(status)
  const message = `${provider} reported an error${status === undefined ? '' : ` (${status})`} instead of going on`
  return new ProviderError(provider, message, { retryable, ...(status === undefined ? {} : { status }) })
}

/** The bytes ended, and the vendor's word for the end had not come. */
export function closedEarly(provider: string): ProviderError {
  return new ProviderError(provider, `${provider} closed the stream before the model had finished`, { retryable: true })
}
