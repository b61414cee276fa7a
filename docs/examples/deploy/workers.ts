import { type AgentHandler, createAgentHandler } from '@agentstream/edge'
import { cloudflareUpgrade, createRunObject, durableObjectJournal, durableObjectSessionStore, type RunObjectNamespace } from '@agentstream/edge/cloudflare'
import { agentsFor } from './agents.ts'

interface Env {
  readonly RUNS: RunObjectNamespace<unknown>
  readonly OPENAI_API_KEY: string
}

export const RunObject = createRunObject()
let handler: AgentHandler | undefined

export default {
  fetch(request: Request, env: Env, context: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
    handler ??= createAgentHandler({
      agents: agentsFor(env.OPENAI_API_KEY),
      basePath: '/api',
      journal: durableObjectJournal(env.RUNS),
      sessions: durableObjectSessionStore(env.RUNS),
      onError: console.error,
    })
    return handler(request, { waitUntil: (ending) => context.waitUntil(ending), upgrade: cloudflareUpgrade })
  },
}
