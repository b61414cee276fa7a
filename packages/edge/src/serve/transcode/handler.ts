/**
 * Servers of other houses behind one of ours: a page asks by a name, the upstream is asked in its own words, and its answer is
 * told in those the page reads. No agent, no journal: what the upstream does not keep cannot be resumed.
 */
import { aiecs, isAgentStreamError, StreamTimeoutError, transcode } from '@agentstream/client/wire'
import { type Context, Hono } from 'hono'
import { linkedAbort, stallTimer } from '../../abort.ts'
import { readBody } from '../body.ts'
import { errorResponse, jsonResponse } from '../error-response.ts'
import { crossOrigin, type Env, identified, sameSite } from '../guard.ts'
import { askUpstream, upstreamAddress } from './ask-upstream.ts'
import type { TranscodeHandlerOptions, Upstream } from './options.ts'
import { transcodedStream } from './stream.ts'

const mebibyte = 1024 * 1024
// Nothing between us and the reader may hold, change or guess what passes.
const streamHeaders = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' }

/**
 * Serves `POST <basePath>/<name>` for every upstream of the list. The body goes on as it is, the answer comes back in the words
 * of `to`; a source that breaks becomes their word for a run that failed. Throws AgentStreamError for an address that cannot work.
 */
export function createTranscodeHandler(options: TranscodeHandlerOptions): (request: Request) => Promise<Response> {
  const { basePath = '', cors, onError = () => {}, maxBodyBytes: maxBytes = mebibyte, bodyTimeoutMs: timeoutMs = 30_000 } = options
  const upstreams = new Map(Object.entries(options.upstreams).map(([name, upstream]) => [name, { upstream, address: upstreamAddress(name, upstream) }]))

  const app = new Hono<Env>().basePath(basePath)
  app.use(crossOrigin(cors), sameSite(cors), identified(options.authorize))
  app.post('/:name', async (context) => {
    const named = upstreams.get(context.req.param('name'))
    if (!named) return errorResponse('not_found')
    const body = await readBody(context, { maxBytes, timeoutMs })
    return typeof body === 'string' ? answer(context, body, { ...named, options }) : body
  })
  app.notFound(() => errorResponse('not_found'))
  app.onError((error) => {
    onError(error)
    return errorResponse('internal')
  })
  return async (request) => app.fetch(request, { runtime: undefined })
}

interface Named {
  readonly upstream: Upstream
  readonly address: URL
  readonly options: TranscodeHandlerOptions
}

async function answer(context: Context<Env>, body: string, { upstream, address, options }: Named): Promise<Response> {
  const { fetch = globalThis.fetch, idleTimeoutMs = 60_000, maxAnswerBytes = 64 * mebibyte, onError = () => {} } = options
  const request = context.req.raw
  const { headers } = request
  const abort = linkedAbort(request.signal)
  const stall = stallTimer(idleTimeoutMs, () => abort.abort(new StreamTimeoutError('idle', idleTimeoutMs)))
  const { from, to = aiecs } = upstream
  try {
    stall.start()
    const asked = await askUpstream(address, upstream, { headers, body, signal: abort.signal, fetch })
    stall.pause()
    const transcoder = transcode({ from, to, fromFraming: asked.framing, ...(upstream.framing ? { toFraming: upstream.framing } : {}) })
    const stream = transcodedStream({ body: asked.body, transcoder, maxBytes: maxAnswerBytes, request, abort, stall, onError })
    return new Response(stream, { headers: { ...streamHeaders, ...to.headers, 'content-type': transcoder.framing.contentType } })
  } catch (error) {
    stall.stop()
    abort.release()
    onError(error)
    return refusal(error)
  }
}

/** That the upstream did not answer with a stream, and whether to ask again; none of its words. */
function refusal(error: unknown): Response {
  const status = isAgentStreamError(error) && error.code === 'timeout' ? 504 : 502
  const retryable = !isAgentStreamError(error) || error.retryable
  const wait = isAgentStreamError(error) && 'status' in error && error.status === 429
  const message = status === 504 ? 'The upstream did not answer in time' : 'The upstream did not answer with a stream'
  return jsonResponse({ error: { code: 'upstream', message, retryable } }, { status: wait ? 429 : status })
}
