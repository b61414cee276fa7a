/** The conversation of one agent on this page: a page that is loaded anew goes on with it, and whoever wants begins another. */
import { type Conversation, forgetConversation, randomId } from '@agentstream/client'
import { useAgentClient, useConversation } from '@agentstream/react'
import { useMutation } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { AgentName } from '../model/agents.ts'
import { type EarlierTurn, earlierTurns } from '../model/earlier-turns.ts'

export interface KeptConversation {
  readonly sessionId: string
  /** What was said before the page was loaded. */
  readonly earlier: readonly EarlierTurn[]
  readonly liveRun: Conversation['liveRun']
  /** Whether what was said is known, or cannot be known. */
  readonly isSettled: boolean
  /** A page that is loaded anew finds it from now on. */
  keep(): void
  /** Begins another, and has the server forget this one. */
  leave(): void
  /** The server could not be told to forget the one before. */
  readonly isUnforgotten: boolean
}

interface Kept {
  readonly sessionId: string
  readonly isFound: boolean
}

const none: readonly EarlierTurn[] = []

export function useKeptConversation(agent: AgentName): KeptConversation {
  const client = useAgentClient()
  const [{ sessionId, isFound }, setKept] = useState<Kept>(() => foundFor(agent) ?? fresh())
  const { data, isPending } = useConversation(isFound ? sessionId : undefined, { agent })
  const { mutate, isError } = useMutation({
    mutationFn: (left: string) => forgetConversation(client, { sessionId: left, agent }),
    // A run that was stopped on a line that cannot say so takes a moment to end.
    retry: 3,
  })
  const keep = useCallback(() => store(agent, sessionId), [agent, sessionId])
  const leave = useCallback(() => {
    store(agent, undefined)
    setKept(fresh())
    mutate(sessionId)
  }, [agent, sessionId, mutate])
  const earlier = useMemo(() => (data ? earlierTurns(data) : none), [data])
  return { sessionId, earlier, liveRun: data?.liveRun, isSettled: !isFound || !isPending, keep, leave, isUnforgotten: isError }
}

const fresh = (): Kept => ({ sessionId: randomId(), isFound: false })

// Of this tab alone: who opens the page anew begins anew.
const keyOf = (agent: AgentName): string => `agentstream.conversation.${agent}`

function foundFor(agent: AgentName): Kept | undefined {
  try {
    const sessionId = sessionStorage.getItem(keyOf(agent))
    return sessionId === null ? undefined : { sessionId, isFound: true }
  } catch {
    return undefined // Storage may be forbidden; then a conversation lasts as long as the page.
  }
}

function store(agent: AgentName, sessionId: string | undefined): void {
  try {
    if (sessionId === undefined) sessionStorage.removeItem(keyOf(agent))
    else sessionStorage.setItem(keyOf(agent), sessionId)
  } catch {
    // See above.
  }
}
