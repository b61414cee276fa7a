import { createAgentHandler, type Runtime } from '@agentstream/edge'
import { createAgents } from './agents.ts'

/** The server under test: the agents, what their model was put through, and the runs whose tool was told to stop. */
export function createApp(): (request: Request, runtime?: Runtime) => Promise<Response> {
  const { agents, provider, abandoned } = createAgents()
  // Nobody comes back to a run that was left: what a departure stops, it stops at once.
  const handler = createAgentHandler({ agents, basePath: '/api', disconnectGraceMs: 0 })
  return async (request, runtime) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/calls') return Response.json(provider.calls.map(({ aborted, finished }) => ({ aborted, finished })))
    if (pathname === '/abandoned') return Response.json(abandoned)
    return handler(request, runtime)
  }
}
