/** The whole server side as one function: Request in, Response out, on any runtime that has them. */
import { AgentStreamError } from '@agentstream/client/wire'
import { Hono } from 'hono'
import type { Agent } from '../agents/agent.ts'
import { limitOwners } from '../runs/limit-owners.ts'
import { measureRuns } from '../runs/measure-runs.ts'
import { createMemoryJournal } from '../runs/memory-journal.ts'
import { createRunService } from '../runs/run-service.ts'
import { createMemorySessionStore } from '../runs/session-store.ts'
import { addA2aRoutes } from './a2a/a2a-routes.ts'
import { addClientRoutes } from './clients/client-routes.ts'
import { errorResponse } from './error-response.ts'
import { allowedOrigins, crossOrigin, type Env, identified, ownerOf, runIdOf, sameSite } from './guard.ts'
import { createHeartbeats } from './heartbeats.ts'
import type { AgentHandler, AgentHandlerOptions, Runtime } from './options.ts'
import { addRoutes } from './routes.ts'
import { type RouteOptions, refuseOtherMethods } from './serving.ts'
import { addSessionRoutes } from './session-routes.ts'
import { createSocketRoutes, isUpgrade } from './socket/socket-routes.ts'

const mebibyte = 1024 * 1024

/**
 * Serves agents over HTTP, with streams that can be resumed and really cancelled. The addresses are in `docs/http.md`.
 *
 * ```ts
 * const handler = createAgentHandler({ agents: { assistant }, basePath: '/api' })
 * export default { fetch: (request, env, context) => handler(request, context) } // Cloudflare Workers
 * Deno.serve((request) => handler(request))                                       // Deno
 * createServer(nodeListener(handler)).listen(8787)                                // Node; nodeListener is in @agentstream/edge/node
 * ```
 */
export function createAgentHandler(options: AgentHandlerOptions): AgentHandler {
  const { journal = createMemoryJournal(), basePath = '', heartbeatMs = 15_000, cors, defaultAgent } = options
  // Else every request that names no agent would find none, and nobody would know why.
  if (defaultAgent !== undefined && !Object.hasOwn(options.agents, defaultAgent)) {
    throw new AgentStreamError('agent', `The default agent "${defaultAgent}" is none of: ${Object.keys(options.agents).join(', ')}`)
  }
  const onError = quietly(options.onError)
  const onMetric = options.onMetric && quietly(options.onMetric)
  const onDisconnect = options.onDisconnect ?? (journal.durable ? 'continue' : 'cancel')
  const { maxConcurrentRuns, maxRunMs, approvalTimeoutMs, maxBodyBytes = mebibyte, limits = {} } = options
  const sessions = options.sessions === false ? undefined : (options.sessions ?? createMemorySessionStore())
  const runs = createRunService({
    journal,
    sessions,
    onDisconnect,
    disconnectGraceMs: options.disconnectGraceMs,
    viewerTimeoutMs: options.viewerTimeoutMs,
    onError,
    maxConcurrentRuns,
    maxRunMs,
    approvalTimeoutMs,
    findAgent: options.takeUp === false ? undefined : (name) => agentNamed(options, name),
  })
  const fair = limitOwners(runs, { maxRuns: limits.runs, maxViewers: limits.viewers, ownerOf })
  const service = onMetric ? measureRuns(fair, { onMetric, runIdOf }) : fair
  const heartbeats = createHeartbeats(heartbeatMs)

  const app = new Hono<Env>().basePath(basePath)
  // Before anybody is asked who they are: those who ask for its health have no name.
  let isClosing = false
  app.get('/health', () => (isClosing ? errorResponse('closing') : new Response('OK', { headers: { 'cache-control': 'no-store' } })))
  refuseOtherMethods(app, { '/health': 'GET' })
  app.use(crossOrigin(cors), sameSite(cors), identified(options.authorize))
  const routes: RouteOptions = {
    findAgent: (name) => findAgent(options, name),
    service,
    // In a Worker a timer lives and dies with the request that made it, so there every stream has its own.
    heartbeatsFor: (context) => (context.env.runtime?.waitUntil ? createHeartbeats(heartbeatMs) : heartbeats),
    body: { maxBytes: maxBodyBytes, timeoutMs: options.bodyTimeoutMs ?? 30_000 },
    limits,
    clientParameters: options.clientParameters,
    onError,
  }
  addRoutes(app, routes)
  addSessionRoutes(app, routes)
  addA2aRoutes(app, { ...routes, card: options.card })
  addClientRoutes(app, { ...routes, origins: allowedOrigins(cors) })
  app.notFound(() => errorResponse('not_found'))
  app.onError((error) => {
    onError(error)
    return errorResponse('internal')
  })
  const handle = async (request: Request, runtime: Runtime | undefined): Promise<Response> => app.fetch(request, { runtime })
  const sockets = createSocketRoutes({ basePath, cors, sockets: options.sockets ?? {}, maxMessageBytes: maxBodyBytes, handle, onError })
  const answer = async (request: Request, runtime?: Runtime): Promise<Response> =>
    isUpgrade(request) ? sockets.fetch(request, { runtime }) : handle(request, runtime)
  const close: AgentHandler['close'] = async ({ graceMs = 10_000 } = {}) => {
    isClosing = true
    return service.close(graceMs)
  }
  return Object.assign(answer, { close })
}

function findAgent({ agents, defaultAgent = Object.keys(agents)[0] }: AgentHandlerOptions, name: string): Agent | undefined {
  if (Object.hasOwn(agents, name)) return agents[name]
  return name === 'default' && defaultAgent !== undefined ? agents[defaultAgent] : undefined
}

/** By the name it has itself. Where two have it, nobody can tell whose run it was. */
function agentNamed({ agents }: AgentHandlerOptions, name: string): Agent | undefined {
  const [agent, ...others] = new Set(Object.values(agents).filter((each) => each.name === name))
  return others.length === 0 ? agent : undefined
}

/** A hook that fails must not take a run down with it. */
function quietly<T>(hook: ((said: T) => void) | undefined): (said: T) => void {
  return (said) => {
    try {
      hook?.(said)
    } catch {
      // There is nobody left to tell.
    }
  }
}
