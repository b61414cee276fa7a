/** Conversations, each with the one run that may answer in it here: what was said comes out, and can be forgotten. */
import type { Agent } from '../agents/agent.ts'
import { inSession } from './in-session.ts'
import type { Message, SessionStore } from './session-store.ts'

/** A run that answers in a conversation, in this process. */
export interface Answering {
  /** Under which id the journal keeps it. */
  readonly key: string
  /** What it was asked. */
  readonly description: string
}

/** A turn is among the messages, or it is the one that is being answered: never both. */
export interface Said {
  readonly messages: readonly Message[]
  readonly answering?: Answering | undefined
}

export interface Conversations {
  /** True while it is being answered, and while it is being forgotten. */
  isBusy(sessionKey: string): boolean
  answering(sessionKey: string): Answering | undefined
  /** The run answers now, unless another one does. */
  begin(sessionKey: string, answering: Answering): void
  end(sessionKey: string, key: string): void
  /** The agent of a run, told what was said before, and remembered. */
  join(sessionKey: string, key: string, agent: Agent): Agent
  read(sessionKey: string): Promise<Said>
  /** Not while it is being answered: the turn that is under way would be remembered after all. */
  forget(sessionKey: string): Promise<'forgotten' | 'session_busy'>
}

interface Talk {
  readonly answering?: Answering
  /** Settled when the store has what is being put away, or is rid of what is being forgotten. */
  storing?: Promise<unknown>
}

const nowhere: SessionStore = { read: async () => [], append: async () => {}, forget: async () => {} }

export function createConversations(store: SessionStore = nowhere, onError: (error: unknown) => void): Conversations {
  const talks = new Map<string, Talk>()
  const answeringIn = (sessionKey: string): Answering | undefined => {
    const talk = talks.get(sessionKey)
    return talk?.storing ? undefined : talk?.answering
  }
  const read = async (sessionKey: string): Promise<Said> => {
    await talks.get(sessionKey)?.storing
    const answering = answeringIn(sessionKey)
    const messages = await store.read(sessionKey)
    // Otherwise its turn was put away meanwhile: what was read may have it or not.
    return answeringIn(sessionKey) === answering ? { messages, answering } : read(sessionKey)
  }
  return {
    isBusy: (sessionKey) => talks.has(sessionKey),
    answering: (sessionKey) => talks.get(sessionKey)?.answering,
    begin(sessionKey, answering) {
      if (!talks.has(sessionKey)) talks.set(sessionKey, { answering })
    },
    end(sessionKey, key) {
      if (talks.get(sessionKey)?.answering?.key === key) talks.delete(sessionKey)
    },
    join(sessionKey, key, agent) {
      const watched: SessionStore = {
        read: (of) => store.read(of),
        forget: (of) => store.forget(of),
        append(to, turn, turnId) {
          const stored = store.append(to, turn, turnId)
          const talk = talks.get(sessionKey)
          // That it failed is the run's to tell; whoever reads meanwhile only waits.
          if (talk?.answering?.key === key) talk.storing = stored.catch(() => {})
          return stored
        },
      }
      return inSession(agent, { store: watched, key: sessionKey, onError })
    },
    read,
    async forget(sessionKey) {
      if (talks.has(sessionKey)) return 'session_busy'
      const forgetting = store.forget(sessionKey)
      talks.set(sessionKey, { storing: forgetting.catch(() => {}) })
      try {
        await forgetting
      } finally {
        talks.delete(sessionKey)
      }
      return 'forgotten'
    },
  }
}
