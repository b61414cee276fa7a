import { createAgentHandler, type Runtime } from '@agentstream/edge'
import { createAgents } from './agents.ts'
import { modelAgents } from './model-agents.ts'

/** The server under test: the agents, what their model was put through, and the runs whose tool was told to stop. */
export function createApp(): (request: Request, runtime?: Runtime) => Promise<Response> {
  const { agents, provider, abandoned } = createAgents()
  // Nobody comes back to a run that was left: what a departure stops, it stops at once.
  const handler = createAgentHandler({ agents, basePath: '/api', disconnectGraceMs: 0 })
  // These go on when they are left: only whoever cancels them reaches their model.
  const models = createAgentHandler({ agents: modelAgents, basePath: '/models', onDisconnect: 'continue' })
  return async (request, runtime) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/calls') return Response.json(provider.calls.map(({ aborted, finished }) => ({ aborted, finished })))
    if (pathname === '/abandoned') return Response.json(abandoned)
    return pathname.startsWith('/models/') ? models(request, runtime) : handler(request, runtime)
  }
}
