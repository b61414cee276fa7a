import type { RunContext } from '../agents/agent.ts'
import { sessionOwner } from './session-key.ts'

/** Conversations beside the journal: what was said goes in turn by turn, what the next run may know comes out. */

export type Message = NonNullable<RunContext['session']>['history'][number]

/**
 * Where conversations are kept, each under a key that is opaque here: the server writes owner, agent and session id into it.
 * One run at a time writes to a session; a store that several processes share keeps turns whole when two of them do. Every
 * implementation passes `sessionStoreContract`.
 */
export interface SessionStore {
  /** What was said, oldest first. Empty for a session that is new or has expired. */
  read(key: string): Promise<readonly Message[]>
  /**
   * Adds one turn: what the person said, and what came of it. What no longer fits is forgotten, oldest turn first. A turn that is
   * there under its id is not added again: a run whose process died just then is asked for it twice.
   */
  append(key: string, turn: readonly Message[], turnId?: string): Promise<void>
  /** Forgets what was said, at once and for every process that shares the store; nothing for a session that is unknown. */
  forget(key: string): Promise<void>
}

export interface SessionLimits {
  /** Messages of one session, 100 unless told. */
  readonly maxMessages?: number
  /** Characters of one session as JSON, 100,000 unless told. */
  readonly maxCharacters?: number
}

/** What is kept where conversations outlive the process, and for how long. */
export interface DurableSessionLimits extends SessionLimits {
  /** Sessions of one owner, 100 unless told; the one that they did not use for longest makes room. It counts nothing where everybody is one owner. */
  readonly maxSessionsPerOwner?: number
  /** How long a session is kept after it was last used, 30 days unless told. */
  readonly keepMs?: number
}

/** The limits, each as told or as it is unless told. */
export function durableLimits({
  maxMessages = 100,
  maxCharacters = 100_000,
  maxSessionsPerOwner = 100,
  keepMs = 2_592_000_000,
}: DurableSessionLimits): Required<DurableSessionLimits> {
  return { maxMessages, maxCharacters, maxSessionsPerOwner, keepMs }
}

/** What is kept, and for how long. */
export interface MemorySessionStoreOptions extends SessionLimits {
  /** Sessions kept at once, 1,000 unless told. The one that was not used for longest makes room. */
  readonly maxSessions?: number
  /** Of them, sessions of one owner, 100 unless told; the one that they did not use for longest makes room. It counts nothing where everybody is one owner. */
  readonly maxSessionsPerOwner?: number
  /** How long a session is kept after it was last used, one hour unless told. */
  readonly keepMs?: number
  /** Milliseconds on any clock that does not jump back. */
  readonly now?: () => number
}

export interface Turn {
  readonly id?: string | undefined
  readonly messages: readonly Message[]
}

interface Session {
  readonly turns: readonly Turn[]
  readonly usedAt: number
}

/** Conversations in the memory of one process: bounded, expiring, and gone with it. */
export function createMemorySessionStore(options: MemorySessionStoreOptions = {}): SessionStore {
  const { maxSessions = 1_000, maxSessionsPerOwner = 100, keepMs = 3_600_000, now = () => performance.now() } = options
  // In order of use, so that expiring looks at nothing it keeps.
  const sessions = new Map<string, Session>()

  const owned = new Map<string, Set<string>>()
  const forget = (key: string): void => {
    sessions.delete(key)
    const keys = owned.get(sessionOwner(key))
    keys?.delete(key)
    if (keys?.size === 0) owned.delete(sessionOwner(key))
  }
  const keep = (key: string, turns: readonly Turn[]): void => {
    sessions.set(key, { turns, usedAt: now() })
    const owner = sessionOwner(key)
    if (owner === '') return
    const keys = (owned.get(owner) ?? new Set()).add(key)
    owned.set(owner, keys)
    const [oldest] = keys
    if (keys.size > maxSessionsPerOwner && oldest !== undefined) forget(oldest)
  }
  const expire = (): void => {
    for (const [key, { usedAt }] of sessions) {
      if (usedAt + keepMs > now() && sessions.size <= maxSessions) return
      forget(key)
    }
  }
  const use = (key: string, turns: readonly Turn[]): void => {
    forget(key)
    if (turns.length > 0) keep(key, turns)
    expire()
  }
  const turnsOf = (key: string): readonly Turn[] => {
    expire()
    return sessions.get(key)?.turns ?? []
  }
  return {
    async read(key) {
      const turns = turnsOf(key)
      use(key, turns)
      return messagesOf(turns)
    },
    async append(key, messages, id) {
      use(key, withTurn(turnsOf(key), { id, messages }, options))
    },
    async forget(key) {
      forget(key)
    },
  }
}

export function messagesOf(turns: readonly Turn[]): readonly Message[] {
  return turns.flatMap(({ messages }) => messages)
}

/** The turns and one more, as far as they fit; the very same turns when there is nothing to add. */
export function withTurn(turns: readonly Turn[], turn: Turn, limits: SessionLimits): readonly Turn[] {
  const isThere = turn.id !== undefined && turns.some(({ id }) => id === turn.id)
  return isThere || turn.messages.length === 0 ? turns : newestTurns([...turns, turn], limits)
}

/**
 * The newest turns that fit, whole: a call without its result, or a result without its call, is refused by providers. A last
 * turn that is too large alone is kept as its first and last word, and is forgotten when even these do not fit.
 */
export function newestTurns(turns: readonly Turn[], limits: SessionLimits = {}): readonly Turn[] {
  const kept = whatFits(turns, limits)
  const last = turns.at(-1)
  return kept.length > 0 || !last ? kept : whatFits(inShort(last), limits)
}

function whatFits(turns: readonly Turn[], { maxMessages = 100, maxCharacters = 100_000 }: SessionLimits): readonly Turn[] {
  let messages = 0
  let characters = 0
  const tooOld = turns.findLastIndex((turn) => {
    messages += turn.messages.length
    characters += JSON.stringify(turn.messages).length
    return messages > maxMessages || characters > maxCharacters
  })
  return turns.slice(tooOld + 1)
}

/** What was asked and what was answered, without images, tools and what providers keep with them. */
function inShort({ id, messages }: Turn): readonly Turn[] {
  const asked = messages.find(({ role }) => role === 'user')
  const answered = messages.findLast(({ role, text }) => role === 'assistant' && text !== '')
  if (!asked || !answered) return []
  const question: Message = { role: 'user', text: asked.text }
  return [{ id, messages: [question, { role: 'assistant', text: answered.text, toolCalls: [] }] }]
}
