/**
 * What is kept inside a Cloudflare Durable Object: one run, or conversations. Requests of `durableObjectJournal` and of
 * `durableObjectSessionStore` come in, answers and lines of entries go out.
 */
import { isAgentStreamError, LimitError } from '@agentstream/client/wire'
import { createDoorbell, type FollowOptions, follow, type News } from './doorbell.ts'
import type { EncodedEvent } from './encode-all.ts'
import type { JournalEntry } from './journal.ts'
import { createObjectSessions, type ObjectSessions, type ObjectSessionsCall } from './object-sessions.ts'
import { type Claim, createRunTable, type RunTable, type RunTableOptions, type Writer } from './sql/run-table.ts'
import type { Sql, SqlValue } from './sql/sql.ts'

/** What is asked of a Durable Object's state. Its class must be declared with SQLite storage (`new_sqlite_classes`). */
export interface RunObjectState {
  readonly storage: {
    readonly sql: { exec(statement: string, ...values: SqlValue[]): { toArray(): unknown[] } }
    transactionSync<T>(work: () => T): T
    getAlarm(): Promise<number | null>
    setAlarm(at: number): Promise<void>
    deleteAll(): Promise<void>
  }
}

/** What the runtime calls. */
export interface RunObject {
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
}

/** A request to the object of a run. Which members are there depends on the verb. */
export interface RunObjectCall extends Partial<Claim> {
  readonly request?: string | undefined
  readonly events?: readonly EncodedEvent[]
  readonly known?: number | undefined
  readonly outcome?: Parameters<RunTable['close']>[2]
  readonly message?: string
  readonly after?: string | undefined
}

// The object holds one run, and need not know its id.
const runId = 'run'
/** How often those who wait look whether a lease has run out; everything else happens in this object, and rings. */
const lookMs = 1_000
/** What one value of such a storage can be, less some room for the rest of its row. */
const maxEventBytes = 2_000_000

/**
 * The class of Durable Object that keeps runs and conversations: each object is one run, or has the conversations of one principal.
 * Export it from the Worker, bind it, and hand the binding to `durableObjectJournal` and `durableObjectSessionStore`.
 */
export function createRunObject(options: RunTableOptions = {}): new (state: RunObjectState, env?: unknown) => RunObject {
  const { now = Date.now } = options
  // The runtime asks for a class, and makes objects of it by their names.
  return class implements RunObject {
    readonly #storage: RunObjectState['storage']
    readonly #doorbell = createDoorbell(lookMs)
    // An object has the tables of what it keeps, from its first request on.
    #runs: RunTable | undefined
    #sessions: ObjectSessions | undefined

    constructor({ storage }: RunObjectState) {
      this.#storage = storage
    }

    async fetch(request: Request): Promise<Response> {
      const { hostname, pathname } = new URL(request.url)
      const verb = pathname.slice(1)
      try {
        // Only the two functions that are handed the binding have it.
        if (hostname === 'sessions') return Response.json({ result: await this.#converse((await request.json()) as ObjectSessionsCall) })
        return await this.#keepRun(verb, (await request.json()) as RunObjectCall)
      } catch (error) {
        // What the journal says travels; anything else is a failure of the object, and the runtime's to tell.
        if (!isAgentStreamError(error)) throw error
        return Response.json({ code: error.code, message: error.message }, { status: 409 })
      }
    }

    /** Rings when a run has expired, and when the last use of any conversation is too long ago. */
    async alarm(): Promise<void> {
      await this.#watchExpiry()
    }

    async #keepRun(verb: string, call: RunObjectCall): Promise<Response> {
      const runs = this.#table()
      if (verb === 'read') return this.#streamed(runs.reader(runId, call.after), batchLines)
      if (verb === 'messages') return this.#streamed(runs.mailbox(runId), (message) => `${JSON.stringify(message)}\n`)
      const result = answer(runs, { verb, call })
      if (verb !== 'status') this.#doorbell.ring(runId)
      if (verb === 'open' || verb === 'close') await this.#watchExpiry()
      return Response.json({ result })
    }

    async #converse(call: ObjectSessionsCall): Promise<unknown> {
      this.#sessions ??= createObjectSessions(sqlOf(this.#storage), now)
      const result = this.#sessions.answer(call)
      const expiry = Date.now() + call.limits.keepMs
      if (((await this.#storage.getAlarm()) ?? 0) < expiry) await this.#storage.setAlarm(expiry)
      return result
    }

    #table(): RunTable {
      this.#runs ??= createRunTable(sqlOf(this.#storage), options)
      return this.#runs
    }

    async #watchExpiry(): Promise<void> {
      const expiry = this.#table().expiryOf(runId)
      if (expiry !== undefined) return this.#storage.setAlarm(Date.now() + Math.max(1, expiry - now()))
      // The tables go with all the rest, and the object may be asked again before it leaves the memory.
      this.#runs = undefined
      this.#sessions = undefined
      await this.#storage.deleteAll()
    }

    #streamed<T>(ask: () => News<T>, toText: (value: T) => string): Response {
      const leaving = new AbortController()
      const options: FollowOptions = { doorbell: this.#doorbell, runId, signal: leaving.signal }
      const news = follow(options, ask)
      const utf8 = new TextEncoder()
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const { done, value } = await news.next()
          if (done) controller.close()
          else controller.enqueue(utf8.encode(toText(value)))
        },
        cancel: () => leaving.abort(),
      })
      return new Response(body)
    }
  }
}

function answer(table: RunTable, { verb, call }: { readonly verb: string; readonly call: RunObjectCall }): unknown {
  const { owner = '', leaseMs = 0, request, events = [], known, outcome = 'truncated', message = '' } = call
  const verbs: Readonly<Record<string, () => unknown>> = {
    open: () => table.open(runId, { owner, leaseMs, request }),
    append: () => append(table, { owner, known }, events),
    close: () => table.close(runId, owner, outcome),
    status: () => table.status(runId),
    renew: () => table.renew(runId, { owner, leaseMs }),
    release: () => table.release(runId, owner),
    takeUp: () => table.takeUp(runId, { owner, leaseMs }),
    send: () => table.send(runId, message),
  }
  return verbs[verb]?.()
}

function append(table: RunTable, writer: Writer, events: readonly EncodedEvent[]): string {
  const tooLong = events.findIndex(({ data }) => data.length > maxEventBytes / 3 && new TextEncoder().encode(data).byteLength > maxEventBytes)
  if (tooLong < 0) return table.append(runId, writer, events)
  if (tooLong > 0) table.append(runId, writer, events.slice(0, tooLong))
  throw new LimitError('An event', maxEventBytes, 'bytes')
}

// Texts of events are JSON, which holds no raw line ends and no raw tabs.
function batchLines(batch: readonly JournalEntry[]): string {
  return batch.map(({ id, data }) => `${id}\t${data}\n`).join('')
}

function sqlOf(storage: RunObjectState['storage']): Sql {
  return {
    rows: (statement, ...values) => storage.sql.exec(statement, ...values).toArray(),
    atomically: (work) => storage.transactionSync(work),
  }
}
