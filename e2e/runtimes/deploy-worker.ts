import { type AgentHandler, createAgentHandler, type Journal } from '@agentstream/edge'
import { createRunObject, durableObjectJournal, type RunObjectNamespace } from '@agentstream/edge/cloudflare'
import { createDeployAgents } from './deploy-agents.ts'
import { tryContracts } from './deploy-contracts.ts'

interface Env {
  readonly RUNS: RunObjectNamespace<unknown>
  readonly TESTED?: RunObjectNamespace<unknown>
  readonly BENCH: string
}

export const RunObject = createRunObject()

// Objects whose clock the contract can move: they share this isolate with the Worker that binds them as TESTED.
let passed = 0
export const TestedRunObject = createRunObject({ now: () => Date.now() + passed })

let handler: AgentHandler | undefined

export default {
  async fetch(request: Request, env: Env, context: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/contract' && env.TESTED)
      return Response.json(
        await tryContracts(() => freshIn(env.TESTED ?? env.RUNS), {
          passTime: (ms) => {
            passed += ms
          },
        }),
      )
    handler ??= createAgentHandler({ agents: createDeployAgents(env.BENCH), basePath: '/api', journal: durableObjectJournal(env.RUNS, { leaseMs: 1_500 }) })
    return handler(request, context)
  },
}

/** Objects that nobody used before. */
function freshIn(namespace: RunObjectNamespace<unknown>): () => Journal {
  const prefix = crypto.randomUUID()
  const within: RunObjectNamespace<unknown> = { idFromName: (name) => namespace.idFromName(prefix + name), get: (id) => namespace.get(id) }
  return () => durableObjectJournal(within)
}
