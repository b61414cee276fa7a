import { createRunObject, durableObjectJournal, durableObjectSessionStore, type RunObjectNamespace } from '@agentstream/edge/cloudflare'
import { createDeployHandler } from './deploy-agents.ts'
import { type Contracts, tryContracts } from './deploy-contracts.ts'

interface Env {
  readonly RUNS: RunObjectNamespace<unknown>
  readonly TESTED?: RunObjectNamespace<unknown>
  readonly BENCH: string
}

const KeptRun = createRunObject()

/** One that can be thrown out of memory, as every deployment does to all of them. */
export class RunObject extends KeptRun {
  readonly #abort: () => void

  constructor(...[state, env]: ConstructorParameters<typeof KeptRun>) {
    super(state, env)
    // The runtime's state has more than the journal asks for.
    this.#abort = () => (state as unknown as { abort(): void }).abort()
  }

  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === '/reset') this.#abort()
    return super.fetch(request)
  }
}

// Objects whose clock the contract can move: they share this isolate with the Worker that binds them as TESTED.
let passed = 0
export const TestedRunObject = createRunObject({ now: () => Date.now() + passed })

const unhandled: string[] = []
addEventListener('unhandledrejection', ({ reason }) => void unhandled.push(String(reason)))

let handler: ReturnType<typeof createDeployHandler> | undefined

export default {
  async fetch(request: Request, env: Env, context: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/unhandled') return Response.json(unhandled)
    if (pathname === '/contract' && env.TESTED) return Response.json(await tryContracts(contractsIn(env.TESTED)))
    if (pathname.startsWith('/reset/')) {
      const object = env.RUNS.get(env.RUNS.idFromName(pathname.slice('/reset/'.length)))
      // It ends in the middle of its answer.
      await object.fetch('https://run/reset', { method: 'POST', body: '' }).catch(() => {})
      return new Response('reset')
    }
    handler ??= createDeployHandler({
      bench: env.BENCH,
      journal: durableObjectJournal(env.RUNS, { leaseMs: 1_500 }),
      steadyJournal: durableObjectJournal(env.RUNS, { leaseMs: 60_000 }),
      sessions: durableObjectSessionStore(env.RUNS),
    })
    return handler(request, context)
  },
}

function contractsIn(namespace: RunObjectNamespace<unknown>): Contracts {
  return {
    journals() {
      const unused = unusedIn(namespace)
      return () => durableObjectJournal(unused)
    },
    async sessions(limits) {
      const unused = unusedIn(namespace)
      return { first: durableObjectSessionStore(unused, limits), second: durableObjectSessionStore(unused, limits) }
    },
    passTime(ms) {
      passed += ms
    },
  }
}

/** Objects that nobody used before. */
function unusedIn(namespace: RunObjectNamespace<unknown>): RunObjectNamespace<unknown> {
  const prefix = crypto.randomUUID()
  return { idFromName: (name) => namespace.idFromName(prefix + name), get: (id) => namespace.get(id) }
}
