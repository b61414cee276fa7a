/** Conversations in Deno KV, which processes on one machine or all over the world share. */
import { commit } from './kv/commit.ts'
import type { KvAtomic, KvStore } from './kv/kv-store.ts'
import { cut, join } from './kv/pieces.ts'
import { sessionOwner } from './session-key.ts'
import { type DurableSessionLimits, durableLimits, messagesOf, type SessionStore, type Turn, withTurn } from './session-store.ts'

/** What is kept, and for how long. */
export interface DenoKvSessionStoreOptions extends DurableSessionLimits {
  /** Milliseconds since 1970, on a clock that all processes share. */
  readonly now?: () => number
}

/** What is known of a session; small, for it is written at every use. */
interface SessionValue {
  readonly usedAt: number
  /** How long its text stays, and under which name it is: what is written later has another one. */
  readonly textUntil: number
  readonly text: string
  readonly pieces: number
}
interface Found {
  /** Also of a session that expired, for as long as something of it is there. */
  readonly session: SessionValue | undefined
  readonly versionstamp: string | null
  readonly turns: readonly Turn[]
}
type KvKey = (string | number)[]

// One commit may have 800 KiB, and a character three bytes: what is said, and what it replaces, change in one.
const mostCharacters = 250_000

/**
 * Conversations in Deno KV, which may be the journal's. Of `maxCharacters` it can keep 250,000 at most.
 *
 * ```ts
 * const kv = await Deno.openKv()
 * createAgentHandler({ agents, journal: denoKvJournal(kv), sessions: denoKvSessionStore(kv) })
 * ```
 */
export function denoKvSessionStore(kv: KvStore, options: DenoKvSessionStoreOptions = {}): SessionStore {
  const { now = Date.now } = options
  const told = durableLimits(options)
  const { keepMs, maxSessionsPerOwner } = told
  const limits = { ...told, maxCharacters: Math.min(told.maxCharacters, mostCharacters) }

  const textOf = async ({ text, pieces }: SessionValue): Promise<string | undefined> => {
    const found: Uint8Array[] = []
    // What is under these keys was written below.
    for await (const { value } of kv.list({ prefix: textKey(text) }, { batchSize: 10 })) found.push(value as Uint8Array)
    return found.length === pieces ? join(found) : undefined
  }
  const get = async (key: string): Promise<Omit<Found, 'turns'>> => {
    const { value, versionstamp } = await kv.get(sessionKey(key))
    return { session: (value ?? undefined) as SessionValue | undefined, versionstamp }
  }
  const find = async (key: string): Promise<Found> => {
    for (;;) {
      const { session, versionstamp } = await get(key)
      if (!session || session.usedAt + keepMs <= now()) return { session, versionstamp, turns: [] }
      const text = await textOf(session)
      if (text !== undefined) return { session, versionstamp, turns: JSON.parse(text) }
      // Somebody has written it anew meanwhile; else what was said is gone.
      if ((await get(key)).versionstamp === versionstamp) return { session, versionstamp, turns: [] }
    }
  }
  const forget = (atomic: KvAtomic, session: SessionValue): KvAtomic =>
    Array.from({ length: session.pieces }, (_, n) => [...textKey(session.text), n]).reduce((all, piece) => all.delete(piece), atomic)

  /** All of it or, where somebody else used the session meanwhile, nothing. */
  const write = (key: string, { session, versionstamp }: Found, turns: readonly Turn[]): Promise<boolean> => {
    const atomic = kv.atomic().check({ key: sessionKey(key), versionstamp })
    if (session) forget(atomic, session)
    if (turns.length === 0) return commit(atomic.delete(sessionKey(key)))
    const pieces = cut(JSON.stringify(turns))
    // Stays as long again, for the session may be used without being written.
    const expireIn = 2 * keepMs
    const value: SessionValue = { usedAt: now(), textUntil: now() + expireIn, text: crypto.randomUUID(), pieces: pieces.length }
    for (const [n, piece] of pieces.entries()) atomic.set([...textKey(value.text), n], piece, { expireIn })
    return commit(atomic.set(sessionKey(key), value, { expireIn: keepMs }))
  }
  /** Somebody who uses it at the same moment is as good. */
  const touch = (key: string, found: Found): Promise<boolean> => {
    const { session, versionstamp, turns } = found
    if (!session || session.textUntil < now() + keepMs) return write(key, found, turns)
    const atomic = kv.atomic().check({ key: sessionKey(key), versionstamp })
    return commit(atomic.set(sessionKey(key), { ...session, usedAt: now() }, { expireIn: keepMs }))
  }
  const makeRoom = async (owner: string): Promise<void> => {
    const sessions = []
    for await (const entry of kv.list({ prefix: ownerKey(owner) })) sessions.push(entry)
    // A versionstamp tells when a session was used last.
    sessions.sort((one, other) => (String(one.versionstamp) < String(other.versionstamp) ? 1 : -1))
    for (const { key, value, versionstamp } of sessions.slice(maxSessionsPerOwner)) {
      const atomic = kv.atomic().check({ key: key as KvKey, versionstamp })
      await commit(forget(atomic, value as SessionValue).delete(key as KvKey))
    }
  }

  return {
    async read(key) {
      const found = await find(key)
      if (found.turns.length > 0) await touch(key, found)
      return messagesOf(found.turns)
    },
    async append(key, messages, id) {
      for (;;) {
        const found = await find(key)
        const turns = withTurn(found.turns, { id, messages }, limits)
        if (turns === found.turns) return
        if (!(await write(key, found, turns))) continue
        const owner = sessionOwner(key)
        if (!found.session && owner !== '') await makeRoom(owner)
        return
      }
    },
    async forget(key) {
      for (;;) {
        const found = { ...(await get(key)), turns: [] }
        if (!found.session || (await write(key, found, []))) return
      }
    },
  }
}

const ownerKey = (owner: string): KvKey => ['agentstream_sessions', owner]
// Without the owner a second time: a key may have 2 KiB.
const sessionKey = (key: string): KvKey => [...ownerKey(sessionOwner(key)), key.slice(sessionOwner(key).length)]
const textKey = (name: string): KvKey => ['agentstream_session_texts', name]
