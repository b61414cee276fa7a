import { denoKvJournal, denoKvSessionStore, type KvStore } from '@agentstream/edge/deno'
import { createDeployHandler } from './deploy-agents.ts'
import { type Contracts, tryContracts } from './deploy-contracts.ts'

// What the test uses of Deno. Its own types would also change what `fetch` and `Request` are for every other file.
declare const Deno: {
  readonly args: readonly string[]
  openKv(path: string): Promise<KvStore>
  serve(options: object, handler: (request: Request) => Promise<Response>): { readonly addr: { readonly port: number } }
}

const [file = '', bench = ''] = Deno.args
const kv = await Deno.openKv(file)
const tested = await Deno.openKv(':memory:')
const journal = denoKvJournal(kv, { leaseMs: 1_500, pollMs: 200 })
const handler = createDeployHandler({ bench, journal, steadyJournal: denoKvJournal(kv, { leaseMs: 60_000, pollMs: 200 }), sessions: denoKvSessionStore(kv) })

let passed = 0
const passTime = (ms: number): void => {
  passed += ms
}
const now = (): number => Date.now() + passed

/** Keys that nobody used before. */
function fresh(): () => ReturnType<typeof denoKvJournal> {
  const prefix = crypto.randomUUID()
  return () => {
    const journal = denoKvJournal(tested, { now })
    const within = (runId: string): string => prefix + runId
    const { shared } = journal
    return {
      ...journal,
      open: (runId, request) => journal.open(within(runId), request),
      append: (runId, events) => journal.append(within(runId), events),
      close: (runId, outcome) => journal.close(within(runId), outcome),
      read: (runId, after, signal) => journal.read(within(runId), after, signal),
      status: (runId) => journal.status(within(runId)),
      ...(shared && {
        shared: {
          ...shared,
          renew: (runId) => shared.renew(within(runId)),
          release: (runId) => shared.release(within(runId)),
          takeUp: (runId) => shared.takeUp(within(runId)),
          send: (runId, message) => shared.send(within(runId), message),
          messages: (runId, signal) => shared.messages(within(runId), signal),
        },
      }),
    }
  }
}

const sessions: Contracts['sessions'] = async (limits) => {
  const unused = await Deno.openKv(':memory:')
  const make = () => denoKvSessionStore(unused, { ...limits, now })
  return { first: make(), second: make() }
}

const { addr } = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, async (request) =>
  new URL(request.url).pathname === '/contract' ? Response.json(await tryContracts({ journals: fresh, sessions, passTime })) : handler(request),
)
console.log(`listening ${addr.port}`)
