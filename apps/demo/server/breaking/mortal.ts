/**
 * A server that can be killed and started again, as a process is: what the dead one still does reaches nothing, for its journal
 * refuses it. Runs and conversations are where both can find them.
 */
import { AgentStreamError } from '@agentstream/client'
import type { AgentHandler, Journal, Runtime, SessionStore } from '@agentstream/edge'

/** Where a process finds what it and others said. */
export interface DemoStorage {
  readonly journal: Journal
  readonly sessions: SessionStore
}

export interface Mortal {
  handle(request: Request, runtime?: Runtime): Promise<Response>
  kill(): void
}

export interface MortalOptions {
  /** The storage as a new process opens it. */
  readonly open: () => DemoStorage
  /** `life` ends when the process is killed. */
  readonly start: (storage: DemoStorage, life: AbortSignal) => AgentHandler
}

export function createMortal({ open, start }: MortalOptions): Mortal {
  let life = new AbortController()
  const begin = (): AgentHandler => {
    const { journal, sessions } = open()
    return start({ journal: living(journal, life.signal), sessions }, life.signal)
  }
  let handler = begin()
  return {
    handle: (request, runtime) => handler(request, runtime),
    kill() {
      life.abort()
      life = new AbortController()
      handler = begin()
    },
  }
}

/** The journal, for as long as the process lives. */
function living(journal: Journal, life: AbortSignal): Journal {
  const whileAlive =
    <Given extends readonly unknown[], Answer>(act: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      if (life.aborted) throw new AgentStreamError('agent', 'The demo was asked to kill this process')
      return act(...given)
    }
  const { shared } = journal
  return {
    durable: journal.durable,
    open: whileAlive(journal.open),
    append: whileAlive(journal.append),
    close: whileAlive(journal.close),
    status: whileAlive(journal.status),
    read: (runId, after, signal) => journal.read(runId, after, AbortSignal.any([signal, life])),
    ...(shared && {
      shared: {
        leaseMs: shared.leaseMs,
        renew: whileAlive(shared.renew),
        release: whileAlive(shared.release),
        takeUp: whileAlive(shared.takeUp),
        send: whileAlive(shared.send),
        messages: (runId, signal) => shared.messages(runId, AbortSignal.any([signal, life])),
      },
    }),
  }
}
