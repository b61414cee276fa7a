/** Runs in Cloudflare Durable Objects, one object per run; this is the side of the Worker. See `run-object.ts` for the other. */
import { parseCursor } from '@agentstream/client/wire'
import { askObject, checkBinding, isLost, type RunObjectNamespace, resultOf, tries } from './ask-object.ts'
import { encodeAll } from './encode-all.ts'
import { type Journal, type JournalEntry, type JournalStatus, storedEntry, type TakenRun } from './journal.ts'
import { createLeaseholder } from './leaseholder.ts'
import type { RunObjectCall } from './run-object.ts'

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
  checkBinding(namespace)
  const leases = createLeaseholder()
  // How many events of a run this Worker knows to be stored, so that it can ask again where an answer was lost.
  const stored = new Map<string, number>()
  const ask = <T>(runId: string, { verb, ...call }: RunObjectCall & { readonly verb: string }, read: (response: Response) => T | Promise<T>): Promise<T> =>
    askObject(
      namespace,
      { name: runId, url: `https://run/${verb}`, body: JSON.stringify(call), isRepeatable: verb !== 'append' || call.known !== undefined },
      read,
    )
  /** What `answer` in `run-object.ts` gives for the verb. */
  const result = <T>(runId: string, call: RunObjectCall & { readonly verb: string }): Promise<T> => ask(runId, call, resultOf<T>)
  const holder = (runId: string) => ({ owner: leases.of(runId), leaseMs })
  const status = (runId: string) => result<JournalStatus>(runId, { verb: 'status' })
  const letGo = (runId: string): void => {
    leases.release(runId)
    stored.delete(runId)
  }

  return {
    durable: true,
    async open(runId, request) {
      const role = await leases.open(runId, (owner) => result<'producer' | 'reader'>(runId, { verb: 'open', owner, leaseMs, request }))
      if (role === 'producer') stored.set(runId, 0)
      return role
    },
    async append(runId, events, texts) {
      const { encoded, problem } = encodeAll(events, texts)
      const known = stored.get(runId)
      // Known again when it has answered.
      stored.delete(runId)
      const cursor = await result<string>(runId, { verb: 'append', ...holder(runId), events: encoded, known })
      stored.set(runId, seqOf(cursor))
      if (problem) throw problem.cause
      return cursor
    },
    async close(runId, outcome) {
      await result(runId, { verb: 'close', ...holder(runId), outcome })
      letGo(runId)
    },
    async *read(runId, after, signal) {
      let at = after
      for (let failures = 0; ; ) {
        try {
          for await (const lines of linesOf(await ask(runId, { verb: 'read', after: at }, same), signal)) {
            if (lines.length === 0) continue
            const entries = lines.map(entryOf)
            at = entries.at(-1)?.id
            failures = 0
            yield entries
          }
          return
        } catch (error) {
          if (!isLost(error) || signal.aborted || ++failures === tries) throw error
        }
      }
    },
    status,
    shared: {
      leaseMs,
      async renew(runId) {
        await result(runId, { verb: 'renew', ...holder(runId) })
      },
      async release(runId) {
        await result(runId, { verb: 'release', ...holder(runId) })
        letGo(runId)
      },
      async takeUp(runId) {
        const taken = await leases.takeUp(runId, (owner) => result<TakenRun | undefined>(runId, { verb: 'takeUp', owner, leaseMs }))
        if (taken) stored.set(runId, seqOf((await status(runId)).cursor))
        return taken
      },
      send: (runId, message) => result<boolean>(runId, { verb: 'send', message }),
      async *messages(runId, signal) {
        for await (const lines of linesOf(await ask(runId, { verb: 'messages' }, same), signal)) yield* lines.map((line) => String(JSON.parse(line)))
      },
    },
  }
}

const seqOf = (cursor: string | undefined): number => (cursor === undefined ? 0 : (parseCursor(cursor)?.seq ?? 0))
const same = (response: Response): Response => response

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
