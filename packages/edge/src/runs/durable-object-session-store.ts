/** Conversations in Cloudflare Durable Objects; this is the side of the Worker. See `object-sessions.ts` for the other. */
import { askObject, checkBinding, type RunObjectNamespace, resultOf } from './ask-object.ts'
import type { ObjectSessionsCall } from './object-sessions.ts'
import { sessionOwner } from './session-key.ts'
import { type DurableSessionLimits, durableLimits, type Message, type SessionStore } from './session-store.ts'

// One value of such a storage can be 2 MB, and a character three bytes.
const mostCharacters = 600_000

/**
 * Conversations in Durable Objects of the class that `createRunObject` makes, which the journal's binding leads to as well. All
 * conversations of one principal are in one object; where everybody is the same principal, each has an object of its own. Of
 * `maxCharacters` an object can keep 600,000 at most.
 *
 * ```ts
 * createAgentHandler({ agents, journal: durableObjectJournal(env.RUNS), sessions: durableObjectSessionStore(env.RUNS) })
 * ```
 */
export function durableObjectSessionStore<Id>(namespace: RunObjectNamespace<Id>, options: DurableSessionLimits = {}): SessionStore {
  checkBinding(namespace)
  const told = durableLimits(options)
  const limits = { ...told, maxCharacters: Math.min(told.maxCharacters, mostCharacters) }
  const ask = <T>(call: Omit<ObjectSessionsCall, 'limits'>): Promise<T> =>
    askObject(namespace, { name: objectOf(call.key), url: 'https://sessions/', body: JSON.stringify({ ...call, limits }) }, resultOf<T>)
  return {
    read: (key) => ask<readonly Message[]>({ key }),
    async append(key, messages, id = crypto.randomUUID()) {
      // It has an id, so that it can be asked again where the answer was lost, and is not added twice.
      await ask({ key, turn: { id, messages } })
    },
    async forget(key) {
      await ask({ key, forget: true })
    },
  }
}

/** Ids of runs hold no brackets: none of their objects is called so. */
function objectOf(key: string): string {
  const owner = sessionOwner(key)
  return JSON.stringify(owner === '' ? { session: key } : { owner })
}
