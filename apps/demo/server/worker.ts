/**
 * The demo's server: a fetch handler, the same on Node, Deno, Bun and Workers. Everything but the demo's own four routes is the SDK's.
 */
import { createAgentHandler } from '@agentstream/edge'
import { createDemoAgents, type DemoEnvironment } from './agents.ts'
import { type Fetch, withFaults } from './faults.ts'
import { recordingIds } from './transcript-agent.ts'

export type { DemoEnvironment } from './agents.ts'

/** Answers everything under `/api`. Each handler has its own runs and its own figures. */
export function createDemoHandler(environment: DemoEnvironment = {}): Fetch {
  const { agents, stats, providers, plan } = createDemoAgents(environment)
  const handle = createAgentHandler({
    agents,
    basePath: '/api',
    maxConcurrentRuns: 50,
    maxRunMs: 5 * 60_000,
    approvalTimeoutMs: environment.approvalMs ?? 2 * 60_000,
    onError: (error) => console.error(error),
  })
  const answers = new Map<string, () => unknown>([
    ['/api/demo/stats', () => ({ ...stats })],
    ['/api/demo/recordings', () => recordingIds],
    ['/api/demo/providers', () => providers],
    ['/api/demo/workflow', () => plan],
  ])
  const serve = withFaults((request) => handle(request))
  return async (request) => {
    const { pathname } = new URL(request.url)
    const answer = request.method === 'GET' ? answers.get(pathname) : undefined
    return answer ? json(answer()) : serve(request)
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
