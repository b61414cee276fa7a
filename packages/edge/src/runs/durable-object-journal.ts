/** Runs in Cloudflare Durable Objects, one object per run; this is the side of the Worker. See `run-object.ts` for the other. */
import { AgentStreamError, isObject } from '@agentstream/client/wire'
import { encodeAll } from './encode-all.ts'
import { type Journal, type JournalEntry, type JournalStatus, storedEntry, type TakenRun } from './journal.ts'
import { createLeaseholder } from './leaseholder.ts'
import type { RunObjectCall } from './run-object.ts'

/** What is asked of a binding to the class that `createRunObject` makes. */
export interface RunObjectNamespace<Id> {
  idFromName(name: string): Id
  get(id: Id): { fetch(url: string, init: { readonly method: 'POST'; readonly body: string }): Promise<Response> }
}

/** How long a run waits for its Worker. */
export interface DurableObjectJournalOptions {
  /** How long a Worker that is not heard of keeps its run, 15 seconds unless told. */
  readonly leaseMs?: number
}

/**
 * A journal in Durable Objects: every run in an object of its own, found from every Worker anywhere.
 *
 * ```ts
 * export const RunObject = createRunObject()
 * export default {
 *   fetch: (request, env, context) => createAgentHandler({ agents, journal: durableObjectJournal(env.RUNS) })(request, context),
 * }
 * ```
 */
export function durableObjectJournal<Id>(namespace: RunObjectNamespace<Id>, { leaseMs = 15_000 }: DurableObjectJournalOptions = {}): Journal {
  const leases = createLeaseholder()
  const ask = async (runId: string, verb: string, call: RunObjectCall = {}): Promise<Response> => {
    const response = await namespace.get(namespace.idFromName(runId)).fetch(`https://run/${verb}`, { method: 'POST', body: JSON.stringify(call) })
    if (response.ok) return response
    throw await refusalOf(response)
  }
  /** What `answer` in `run-object.ts` gives for the verb; that the types fit is what the contract tests. */
  const result = async <T>(runId: string, verb: string, call?: RunObjectCall): Promise<T> => {
    const { result: given } = (await (await ask(runId, verb, call)).json()) as { readonly result: T }
    return given
  }
  const holder = (runId: string) => ({ owner: leases.of(runId), leaseMs })

  return {
    durable: true,
    open: (runId, request) => leases.open(runId, (owner) => result<'producer' | 'reader'>(runId, 'open', { owner, leaseMs, request })),
    async append(runId, events) {
      const { encoded, problem } = encodeAll(events)
      const cursor = await result<string>(runId, 'append', { ...holder(runId), events: encoded })
      if (problem) throw problem.cause
      return cursor
    },
    async close(runId, outcome) {
      await ask(runId, 'close', { ...holder(runId), outcome })
      leases.release(runId)
    },
    async *read(runId, after, signal) {
      for await (const lines of linesOf(await ask(runId, 'read', { after }), signal)) if (lines.length > 0) yield lines.map(entryOf)
    },
    status: (runId) => result<JournalStatus>(runId, 'status'),
    shared: {
      leaseMs,
      async renew(runId) {
        await ask(runId, 'renew', holder(runId))
      },
      async release(runId) {
        await ask(runId, 'release', holder(runId))
        leases.release(runId)
      },
      takeUp: (runId) => leases.takeUp(runId, (owner) => result<TakenRun | undefined>(runId, 'takeUp', { owner, leaseMs })),
      send: (runId, message) => result<boolean>(runId, 'send', { message }),
      async *messages(runId, signal) {
        for await (const lines of linesOf(await ask(runId, 'messages'), signal)) yield* lines.map((line) => String(JSON.parse(line)))
      },
    },
  }
}

function entryOf(line: string): JournalEntry {
  const tab = line.indexOf('\t')
  return storedEntry(line.slice(0, tab), line.slice(tab + 1))
}

/** The whole lines of every piece that arrives. */
async function* linesOf(response: Response, signal: AbortSignal): AsyncGenerator<readonly string[], void, undefined> {
  const reader = response.body?.getReader()
  if (!reader) return
  const utf8 = new TextDecoder()
  const leave = (): void => void reader.cancel().catch(() => {}) // It may have ended already.
  signal.addEventListener('abort', leave)
  if (signal.aborted) leave()
  const next = async (): Promise<Uint8Array | undefined> => {
    try {
      return (await reader.read()).value
    } catch (error) {
      // In workerd a read fails that was under way when the reader left.
      if (signal.aborted) return undefined
      throw error
    }
  }
  let rest = ''
  try {
    for (let bytes = await next(); bytes && !signal.aborted; bytes = await next()) {
      const piece = utf8.decode(bytes, { stream: true })
      const end = piece.lastIndexOf('\n')
      // A long line comes in many pieces, none of which is searched twice.
      if (end < 0) rest += piece
      else {
        yield (rest + piece.slice(0, end)).split('\n')
        rest = piece.slice(end + 1)
      }
    }
  } finally {
    signal.removeEventListener('abort', leave)
    leave()
  }
}

async function refusalOf(response: Response): Promise<AgentStreamError> {
  const refusal: unknown = await response.json().catch(() => undefined)
  const message = isObject(refusal) && typeof refusal['message'] === 'string' ? refusal['message'] : `The journal's object answered ${response.status}`
  return new AgentStreamError(isObject(refusal) && refusal['code'] === 'limit' ? 'limit' : 'agent', message)
}
