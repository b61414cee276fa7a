/**
 * The demo's server: a fetch handler, the same on Node, Deno, Bun and Workers. Everything but the demo's own few routes is the SDK's.
 */
import { createAgentHandler, createMemoryJournal, createMemorySessionStore } from '@agentstream/edge'
import { type DemoEnvironment as AgentsEnvironment, createDemoAgents } from './agents.ts'
import { createBreaker } from './breaking/breaker.ts'
import { createMortal, type DemoStorage } from './breaking/mortal.ts'
import { createTokens } from './breaking/tokens.ts'
import { type Fetch, withFaults } from './faults.ts'
import { recordingIds } from './transcript-agent.ts'

export interface DemoEnvironment extends AgentsEnvironment {
  /**
   * How a process opens the storage. With one that processes share, the page can kill the server's process and watch another go
   * on with the run, and with the conversation. In memory by default.
   */
  readonly storage?: () => DemoStorage
}

/** Answers everything under `/api`. Each handler has its own runs and its own figures. */
export function createDemoHandler(environment: DemoEnvironment = {}): Fetch {
  const { agents, stats, providers, plan } = createDemoAgents(environment)
  const tokens = createTokens()
  const server = createMortal({
    open: environment.storage ?? (() => ({ journal: createMemoryJournal(), sessions: createMemorySessionStore() })),
    start: ({ journal, sessions }, life) =>
      createAgentHandler({
        agents,
        journal,
        sessions,
        basePath: '/api',
        authorize: tokens.authorize,
        // A page that reloads comes back; one that was closed should not keep the model busy for long.
        onDisconnect: 'cancel',
        disconnectGraceMs: 5000,
        heartbeatMs: 2000,
        maxConcurrentRuns: 50,
        maxRunMs: 5 * 60_000,
        approvalTimeoutMs: environment.approvalMs ?? 2 * 60_000,
        // What a killed process still complains of concerns nobody.
        onError: (error) => life.aborted || console.error(error),
      }),
  })
  const breaker = createBreaker({ kill: environment.storage && server.kill, expire: tokens.expireAll })
  const answers = new Map<string, () => unknown>([
    ['/api/demo/token', () => ({ token: tokens.issue() })],
    ['/api/demo/breakages', () => breaker.can],
    ['/api/demo/stats', () => ({ ...stats })],
    ['/api/demo/recordings', () => recordingIds],
    ['/api/demo/providers', () => providers],
    ['/api/demo/workflow', () => plan],
  ])
  const serve = withFaults(async (request, runtime = {}) => breaker.watch(request, await server.handle(request, breaker.watchSockets(runtime))))
  return async (request, runtime) => {
    const { pathname } = new URL(request.url)
    if (request.method === 'POST' && pathname === '/api/demo/break') return breaker.answer(request)
    const answer = request.method === 'GET' ? answers.get(pathname) : undefined
    return answer ? json(answer()) : serve(request, runtime)
  }
}

function json(value: unknown): Response {
  return Response.json(value, { headers: { 'cache-control': 'no-store' } })
}

let handler: Fetch | undefined

/** For runtimes that start a module by its default export; they hand the environment along with each request. */
export default {
  fetch(request: Request, environment: DemoEnvironment = {}): Promise<Response> {
    handler ??= createDemoHandler(environment)
    return handler(request)
  },
}
