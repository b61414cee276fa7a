/** Who may come in: other origins, other sites, principals. Requests go in; refusals, or nothing, come out. */
import type { Context, MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { sessionKey } from '../runs/session-key.ts'
import { errorResponse } from './error-response.ts'
import type { AgentHandlerOptions, CorsOptions, Runtime } from './options.ts'

/** What travels with a request through the routes. */
export interface Env {
  readonly Bindings: {
    readonly runtime: Runtime | undefined
  }
  readonly Variables: { owner: string }
}

const never: MiddlewareHandler<Env> = (_, next) => next()

/** Origins that are meant: a list that says everybody names nobody. */
export function allowedOrigins(options: CorsOptions | false | undefined): readonly string[] {
  return options ? options.origins.filter((origin) => origin !== '*' && origin !== 'null') : []
}

/** Answers preflights and marks answers for the allowed origins; without any, says nothing at all. */
export function crossOrigin(options: CorsOptions | false | undefined): MiddlewareHandler<Env> {
  if (!options) return never
  return cors({
    origin: [...allowedOrigins(options)],
    allowMethods: ['GET', 'POST', 'DELETE'],
    exposeHeaders: ['agentstream-run-id', 'retry-after'],
    ...(options.credentials ? { credentials: true } : {}),
    ...(options.maxAgeSeconds === undefined ? {} : { maxAge: options.maxAgeSeconds }),
  })
}

/**
 * Refuses what a page of another site makes a browser send with its cookies. Browsers state where a request comes from and
 * pages cannot change it; a request that does not state it is not a browser's, or needs a preflight for its content type.
 */
export function sameSite(options: CorsOptions | false | undefined): MiddlewareHandler<Env> {
  const origins = allowedOrigins(options)
  return async (context, next) => {
    const isForeign = context.req.header('sec-fetch-site') === 'cross-site' && !origins.includes(context.req.header('origin') ?? '')
    return isForeign ? errorResponse('forbidden') : next()
  }
}

const timing = (name: string, ms: number): string => `${name};dur=${ms.toFixed(1)}`

/** Asks who it is. What they own is kept under their name, so that another's run is as unknown as one that never was. */
export function identified(authorize: AgentHandlerOptions['authorize']): MiddlewareHandler<Env> {
  return async (context, next) => {
    const arrived = performance.now()
    const principal = authorize ? await authorize(context.req.raw) : undefined
    const known = performance.now()
    if (principal instanceof Response) return principal
    // An empty name is a missing one, and everybody without a name would share it.
    if (authorize && (typeof principal !== 'string' || principal === '')) return errorResponse('forbidden')
    context.set('owner', principal === undefined ? '' : `${principal}/`)
    await next()
    // Of a stream, what it took to begin.
    const parts = [...(authorize ? [timing('authorize', known - arrived)] : []), timing('answer', performance.now() - known)]
    context.res.headers.set('server-timing', parts.join(', '))
    return undefined
  }
}

/** Under which key a conversation is kept: none of its parts can reach into another's. */
export function sessionKeyOf(context: Context<Env>, { agentName, sessionId }: { readonly agentName: string; readonly sessionId: string }): string {
  return sessionKey({ owner: context.get('owner'), agentName, sessionId })
}

/** How a run is called that is kept under a key. */
export function runIdOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

/** Whose a run is, by the key it is kept under. */
export function ownerOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1)
}

/** Under which id the journal keeps a run. Run ids have no slash, so nobody's name can reach into another's. */
export function keyOf(context: Context<Env>, runId: string): string {
  return context.get('owner') + runId
}
