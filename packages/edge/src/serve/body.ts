import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { errorResponse } from './error-response.ts'

export interface BodyOptions {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** The text of a JSON request, or the response that refuses it. */
export async function readBody(context: Context, { maxBytes, timeoutMs }: BodyOptions): Promise<string | Response> {
  // What a plain form or image of another site cannot send without asking first.
  if (!/^application\/json\s*(?:;|$)/i.test(context.req.header('content-type') ?? '')) return errorResponse('unsupported_media_type')
  let text = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const limited = bodyLimit({ maxSize: maxBytes, onError: () => errorResponse('too_large', { message: `The request body is larger than ${maxBytes} bytes` }) })
  const reading = limited(context, async () => {
    text = await context.req.text()
  })
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(errorResponse('request_timeout')), timeoutMs)
  })
  try {
    return (await Promise.race([reading, late])) ?? text
  } catch {
    // The client stopped sending; what came is not the whole of it.
    return errorResponse('bad_request', { message: 'The request body broke off' })
  } finally {
    clearTimeout(timer)
  }
}
