import { isRetryableStatus, parseRetryAfter } from '@agentstream/client/wire'
import * as z from 'zod'
import { ProviderError } from '../../errors.ts'
import { statedError } from '../http/read-frame.ts'

const callError = z.object({
  statusCode: z.number().nullish(),
  isRetryable: z.boolean().nullish(),
  responseHeaders: z.record(z.string(), z.string()).nullish(),
})

/** What an AI SDK model threw or reported, without its text, which may quote the request. */
export function aiSdkFailure(error: unknown, provider: string): ProviderError {
  const { data } = callError.safeParse(error)
  const { statusCode: status, isRetryable } = data ?? {}
  if (typeof status !== 'number' && typeof isRetryable !== 'boolean') return statedError(error, provider)
  const retryAfterMs = parseRetryAfter(new Headers(data?.responseHeaders ?? {}), Date.now())
  return new ProviderError(provider, typeof status === 'number' ? `${provider} answered ${status}` : `${provider} could not be asked`, {
    retryable: typeof status === 'number' ? isRetryableStatus(status) : isRetryable === true,
    ...(typeof status === 'number' ? { status } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}
