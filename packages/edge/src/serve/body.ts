import type { Context } from 'hono'
import { errorResponse } from './error-response.ts'

export interface BodyOptions {
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** The text of a JSON request, or the response that refuses it. */
export async function readBody(context: Context, { maxBytes, timeoutMs }: BodyOptions): Promise<string | Response> {
  // What a plain form or image of another site cannot send without asking first.
  if (!/^application\/json\s*(?:;|$)/i.test(context.req.header('content-type') ?? '')) return errorResponse('unsupported_media_type')
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(errorResponse('request_timeout')), timeoutMs)
  })
  try {
    const read = await Promise.race([textOf(context.req.raw, maxBytes), late])
    return read ?? errorResponse('too_large', { message: `The request body is larger than ${maxBytes} bytes` })
  } catch {
    // The client stopped sending; what came is not the whole of it.
    return errorResponse('bad_request', { message: 'The request body broke off' })
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Undefined for a body that is too large, or says so. Not Hono's `bodyLimit`: it makes a second request of one that does not
 * say its size, which costs as much as starting the run, and cuts the signal off.
 */
async function textOf(request: Request, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers.get('content-length')) > maxBytes) return undefined
  // Firefox has requests without a stream. They are a page's own, and what they hold is in its memory.
  const reader = (request.body ?? (await request.blob()).stream()).getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength
    if (bytes > maxBytes) return undefined
    chunks.push(read.value)
  }
  return utf8.decode(joined(chunks, bytes))
}

// One for all requests, as it decodes whole texts only: making one costs more than it does.
const utf8 = new TextDecoder()

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [first] = chunks
  if (first?.byteLength === bytes) return first
  const all = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}
